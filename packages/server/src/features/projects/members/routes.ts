import type { Router } from '../../../http/router.ts';
import type { MemberService } from './service.ts';

/** Who is in a project, and as what. */
export function registerMemberRoutes(router: Router, service: MemberService): void {
  router.handle('projects.members', async ({ membership }) => ({
    items: await service.list(membership.project.id),
    next: null,
  }));
  router.handle('projects.addMembers', ({ membership, body }) => service.setMany(membership.project.id, body.members));
  router.handle('projects.setMember', ({ membership, params, body }) =>
    service.set(membership.project.id, params.email, body.role),
  );
  router.handle('projects.removeMember', async ({ membership, params }) => {
    await service.removeByEmail(membership.project.id, params.email);
    return {};
  });
  router.handle('projects.leave', async ({ membership, actor }) => {
    await service.remove(membership.project.id, actor.user.id);
    return {};
  });
}
