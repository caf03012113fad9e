import type { Kysely } from 'kysely';
import type { Database } from '../../db/schema.ts';
import type { Router } from '../../http/router.ts';
import type { Clock } from '../../lib/clock.ts';
import { ensureDemoProject, type DemoDeps } from './demo.ts';
import { createGroupRoles } from './group-roles.ts';
import { registerProjectRoutes, type ProjectRoutesDeps } from './routes.ts';
import { createProjectService } from './service.ts';
import { createProjectStore } from './store.ts';

export type { ProjectService } from './service.ts';

/** Projects, members, and the demo project of a new platform. */
export function createProjects(deps: {
  db: Kysely<Database>;
  clock: Clock;
  projectsFolder: string;
  onCreated: (projectId: string) => Promise<void>;
  /** Somebody has another right in the project than before. */
  onRoleChanged?: (projectId: string) => Promise<void>;
}) {
  const service = createProjectService({ ...deps, store: createProjectStore(deps.db) });
  return {
    service,
    /** what the login provider says about groups */
    applyGroupRoles: createGroupRoles({ ...deps, onChanged: deps.onRoleChanged ?? (async () => undefined) }),
    ensureDemo: (demo: Pick<DemoDeps, 'firstAdmin' | 'examples' | 'data'>) =>
      ensureDemoProject({ db: deps.db, service, ...demo }),
    registerRoutes: (router: Router, routes: Omit<ProjectRoutesDeps, 'service'>) =>
      registerProjectRoutes(router, { service, ...routes }),
  };
}
