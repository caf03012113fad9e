import type { RouteShape } from './route-shape.ts';
import { listOf } from './schemas/primitives.ts';
import { serverProfile } from './schemas/profiles.ts';

/** What Jupyter servers may run in. */
export const profileRoutes = {
  'profiles.list': {
    method: 'GET',
    path: '/admin/profiles',
    access: 'admin',
    summary: 'Profiles of Jupyter servers, as the settings have them',
    response: listOf(serverProfile),
  },
} as const satisfies Record<string, RouteShape>;
