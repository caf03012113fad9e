import type { Router } from '../../http/router.ts';
import type { LimitService } from './service.ts';

/** Limits: those of a project for its members to see, all for administrators to set. */
export function registerLimitRoutes(router: Router, service: LimitService): void {
  router.handle('limits.ofProject', ({ membership, actor }) =>
    service.ofProject({ projectId: membership.project.id, userId: actor.user.id }),
  );
  router.handle('limits.defaults', () => service.defaults());
  router.handle('limits.setDefaults', ({ body }) => service.setDefaults(body));
  router.handle('limits.users', ({ query }) => service.users(query));
  router.handle('limits.setUser', ({ params, body }) => service.setUser(params.email, body));
  router.handle('limits.projects', ({ query }) => service.projects(query));
  router.handle('limits.setProject', ({ params, body }) => service.setProject(params.name, body));
}
