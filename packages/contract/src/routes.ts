import { accountRoutes } from './account-routes.ts';
import { alertRoutes } from './alerts/routes.ts';
import { announcementRoutes } from './announcement-routes.ts';
import { auditRoutes } from './audit-routes.ts';
import { configurationRoutes } from './configuration-routes.ts';
import { engineRoutes } from './engine-routes.ts';
import { environmentRoutes } from './environment-routes.ts';
import { exampleRoutes } from './example-routes.ts';
import { fileRoutes } from './file-routes.ts';
import { jobRoutes } from './jobs/routes.ts';
import { jupyterRoutes } from './jupyter-routes.ts';
import { limitRoutes } from './limit-routes.ts';
import { overviewRoutes } from './overview-routes.ts';
import { peopleRoutes } from './people-routes.ts';
import { profileRoutes } from './profile-routes.ts';
import { projectRoutes } from './project-routes.ts';
import type { RouteShape } from './route-shape.ts';
import { system } from './schemas/system.ts';
import { scheduleRoutes } from './jobs/schedule-routes.ts';
import { sessionRoutes } from './session-routes.ts';

const define = <const T extends Record<string, RouteShape>>(table: T): T => table;

/**
 * Every route of the API, once: the server registers handlers by these names and checks access by `access`, the client is typed by them, and
 * OpenAPI is made from them.
 */
export const routes = define({
  ...accountRoutes,
  'system.get': {
    method: 'GET',
    path: '/system',
    access: 'user',
    summary: 'Version and notices of the platform',
    response: system,
  },
  ...projectRoutes,
  ...environmentRoutes,
  ...limitRoutes,
  ...engineRoutes,
  ...profileRoutes,
  ...announcementRoutes,
  ...alertRoutes,
  ...peopleRoutes,
  ...overviewRoutes,
  ...configurationRoutes,
  ...fileRoutes,
  ...exampleRoutes,
  ...jobRoutes,
  ...scheduleRoutes,
  ...jupyterRoutes,
  ...sessionRoutes,
  ...auditRoutes,
});

export type Routes = typeof routes;
export type RouteName = keyof Routes;
