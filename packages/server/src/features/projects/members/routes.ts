import type { Router } from '../../../http/router.ts';
import type { MemberService } from './service.ts';

/** Who is in a project, and as what. */
export function registerMemberRoutes(router: Router, service: MemberService): void {
  router.handle('projects.members', async ({ membership }) => ({
    items: await service.list(membership.project.id),
    next: null,
  }));
  router.handle('projects.addMembers', ({ membership, actor, body }) =>
    service.setMany(membership.project.id, body.members, actor.user.id),
  );
  router.handle('projects.setMember', ({ membership, actor, params, body }) =>
    service.set(membership.project.id, params.email, body.role, actor.user.id),
  );
  router.handle('projects.removeMember', async ({ membership, actor, params }) => {
    await service.remove(membership.project.id, params.email, actor.user.id);
    return {};
  });
  router.handle('projects.leave', async ({ membership, actor }) => {
    await service.leave(membership.project.id, actor.user.id);
    return {};
  });
}
