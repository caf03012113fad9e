import type { Router } from '../../http/router.ts';
import type { Profile } from '../../spawners/profile.ts';
import { createProfileService } from './service.ts';

export type { ChosenProfile, ProfileService } from './service.ts';

/** What Jupyter servers may run in. `profiles`: as the settings have them, the default first. */
export function createProfiles(deps: {
  readonly profiles: readonly Profile[];
  readonly nameOf: (projectId: string) => Promise<string | null>;
}) {
  const service = createProfileService(deps);
  return {
    service,
    registerRoutes: (router: Router): void => router.handle('profiles.list', () => service.list()),
  };
}
