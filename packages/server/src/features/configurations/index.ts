import type { ProjectSnapshot } from '../../http/project-events.ts';
import type { Router } from '../../http/router.ts';
import type { ConfigurationsDeps } from './deps.ts';
import { registerConfigurationRoutes } from './routes.ts';
import { createConfigurationService } from './service.ts';
import { createConfigurationStore } from './store.ts';

export type { ConfigurationsDeps } from './deps.ts';
export type { ConfigurationService } from './service.ts';

/** Compute settings: members' own, projects' defaults, and what they come to. */
export function createConfigurations(deps: ConfigurationsDeps) {
  const service = createConfigurationService({ ...deps, store: createConfigurationStore(deps.db) });
  return {
    service,
    /** The defaults, for the beginning of an event stream. */
    snapshot: (async (projectId) => [
      { type: 'configuration-defaults', defaults: await service.defaults(projectId) },
    ]) satisfies ProjectSnapshot,
    registerRoutes: (router: Router): void => registerConfigurationRoutes(router, service),
  };
}
