import type { Actor, Membership, Router } from '../../http/router.ts';
import type { NotebookService } from './service.ts';

/** Notebooks that have run in a project. */
export function registerNotebookRoutes(router: Router, service: NotebookService): void {
  const whose = (caller: { actor: Actor; membership: Membership }) => ({
    projectId: caller.membership.project.id,
    userId: caller.actor.user.id,
  });

  router.handle('notebooks.recent', (call) => service.recent(whose(call), call.query));
  router.handle('notebooks.runs', (call) => service.runs(whose(call), call.query));
}
