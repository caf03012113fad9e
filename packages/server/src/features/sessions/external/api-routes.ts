import { HttpError } from '../../../http/errors.ts';
import type { Actor, Membership, Router } from '../../../http/router.ts';
import { presentExternalBatch } from './present.ts';
import type { ExternalService } from './service.ts';

/** The API's routes for batches on projects' Livy servers: one's own, and for owners all. Sessions are among those of Emberlab itself. */
export function registerBatchRoutes(router: Router, service: ExternalService): void {
  const viewerOf = ({ actor, membership }: { actor: Actor; membership: Membership }) => ({
    userId: actor.user.id,
    role: membership.role,
  });

  router.handle('livy.batches', async (call) => {
    const viewer = viewerOf(call);
    const batches = await service.listProject('batch', call.membership.project.id, viewer);
    return { items: batches.map((batch) => presentExternalBatch(batch, viewer)), next: null };
  });

  router.handle('livy.stopBatch', async (call) => {
    const viewer = viewerOf(call);
    const batch = await service.stop('batch', call.membership.project.id, viewer, call.params.id);
    if (batch.type !== 'batch') throw new HttpError('not_found');
    return presentExternalBatch(batch, viewer);
  });
}
