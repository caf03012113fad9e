import type { Project } from '@emberlab/contract';
import type { Router } from '../../../http/router.ts';
import type { InvitationService } from './service.ts';

/** Invitations to a project, and what people do with their links. */
export function registerInvitationRoutes(
  router: Router,
  service: InvitationService,
  projectOf: (name: string, userId: string) => Promise<Project>,
): void {
  router.handle('projects.invitations', async ({ membership }) => ({
    items: await service.list(membership.project.id),
    next: null,
  }));
  router.handle('projects.invite', ({ membership, actor, body }) =>
    service.create(membership.project.id, actor.user.id, body),
  );
  router.handle('projects.withdrawInvitation', async ({ membership, params }) => {
    await service.withdraw(membership.project.id, params.id);
    return {};
  });
  router.handle('invitations.show', ({ actor, body }) => service.show(body.secret, actor.user));
  router.handle('invitations.accept', async ({ actor, body }) =>
    projectOf(await service.accept(body.secret, actor.user), actor.user.id),
  );
}
