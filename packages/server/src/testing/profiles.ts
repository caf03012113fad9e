import { createProfileService } from '../features/profiles/service.ts';
import type { Profile } from '../spawners/profile.ts';

/** A profile as tests have it, but for what matters to one. */
export const testProfile = (more: Partial<Profile> = {}): Profile => ({
  name: 'small',
  label: 'Small',
  description: null,
  image: 'server:1',
  gives: { memoryMb: 1024, cores: 1 },
  most: { memoryMb: 2048, cores: 2 },
  nodeSelector: {},
  tolerations: [],
  projects: null,
  ...more,
});

/** What servers may run in, where all projects have the same name. Default: there are no profiles. */
export const testProfiles = (profiles: readonly Profile[] = [], name: string | null = 'demo') =>
  createProfileService({ profiles, nameOf: async () => name });
