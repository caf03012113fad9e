import type { Batch } from '@emberlab/contract';
import type { Engine } from '../../engines/engine.ts';
import type { Viewer } from '../../http/project-events.ts';
import type { Router } from '../../http/router.ts';
import { sendText } from '../../http/text-stream.ts';
import type { BatchService } from './batches/service.ts';
import { isLive } from './batches/state.ts';
import type { ExternalSessions } from './external/external.ts';
import { presentExternalBatch } from './external/present.ts';
import { driverLog } from './log-answer.ts';
import { viewerOf } from './policy.ts';

/** A project's batches for the dashboard, wherever they run; newest first. Their ids are counted together. */
export async function listBatches(
  { service, external }: { service: BatchService; external: ExternalSessions },
  projectId: string,
  viewer: Viewer,
): Promise<Batch[]> {
  const here = await service.listProject(projectId, viewer);
  const there = await external.listBatches(projectId, viewer);
  return [
    ...here.map((batch) => service.present(batch, viewer)),
    ...there.map((batch) => presentExternalBatch(batch, viewer)),
  ].toSorted((a, b) => b.id - a.id);
}

/** The API's routes for batches. Livy's own are in `batches/routes.ts`. */
export function registerBatchApi(
  router: Router,
  parts: { service: BatchService; engine: Engine; external: ExternalSessions },
): void {
  const { service, engine, external } = parts;

  router.handle('batches.list', async ({ actor, membership }) => ({
    items: await listBatches(parts, membership.project.id, viewerOf(actor, membership)),
    next: null,
  }));

  router.handle('batches.get', async ({ params, actor, membership }) => {
    const viewer = viewerOf(actor, membership);
    const there = await external.findBatch(membership.project.id, viewer, params.id);
    if (there !== null) return presentExternalBatch(there, viewer);
    return service.present(await service.findVisible(membership.project.id, viewer, params.id), viewer);
  });

  router.handle('batches.stop', async ({ params, actor, membership }) => {
    const viewer = viewerOf(actor, membership);
    const { id: projectId } = membership.project;
    const there = await external.findBatch(projectId, viewer, params.id);
    if (there !== null) return presentExternalBatch(await external.stopBatch(projectId, viewer, there.id), viewer);
    return service.present(await service.stop(projectId, viewer, params.id), viewer);
  });

  router.handle('batches.log', async ({ params, query, actor, membership, reply, streamEnded: signal }) => {
    const viewer = viewerOf(actor, membership);
    const follow = query.follow === '1';
    const there = await external.findBatch(membership.project.id, viewer, params.id);
    if (there !== null) return sendText(reply, await external.log(there, { follow, signal }), { follow });
    const { id } = await service.findVisible(membership.project.id, viewer, params.id);
    const text = driverLog(engine.batches.logs(id), {
      follow,
      signal,
      onChange: (listener) => service.onChange(id, listener),
      isLive: async () => isLive((await service.findById(id))?.state ?? 'dead'),
    });
    return sendText(reply, text, { follow });
  });
}
