import { HttpError } from '../../../http/errors.ts';
import type { Viewer } from '../../../http/project-events.ts';
import type { Clock } from '../../../lib/clock.ts';
import { createKeyedQueue } from '../../../lib/lifecycle.ts';
import { hasPlace, type Taken } from '../../../lib/places.ts';
import type { Changes } from '../changes.ts';
import { takenBy } from '../demand.ts';
import type { SessionsDeps } from '../deps.ts';
import type { Engines } from '../engines.ts';
import type { Limits } from '../limits.ts';
import type { Client, CreateRefusal } from '../service.ts';
import { batchKey, type BatchLifecycle } from './lifecycle.ts';
import type { BatchRecord, BatchRequest } from './model.ts';
import { maySee } from '../policy.ts';
import { isLive } from './state.ts';
import type { BatchKey, BatchStore, Listed } from './store.ts';

export type BatchService = ReturnType<typeof createBatchService>;

const dashboardLimit = 500;

/** The use cases of Livy clients, who see their own batches only, and of the dashboard. */
export function createBatchService(
  parts: Pick<SessionsDeps, 'admission' | 'pythonFor' | 'touchProject'> & {
    engines: Engines;
    store: BatchStore;
    lifecycle: BatchLifecycle;
    changes: Changes;
    clock: Clock;
    limits: Limits;
    /** how many drivers are starting now, of sessions and batches */
    countStarting(userId: string): Promise<Taken>;
    wake: () => void;
  },
) {
  const { store, lifecycle, clock, limits } = parts;
  const creating = createKeyedQueue();
  const listed = ({ projectId, userId }: Client): Listed => ({
    projectId,
    userId,
    endedAfter: clock.now() - limits.batchListedMs,
  });

  const findVisible = async (projectId: string, viewer: Viewer, id: number): Promise<BatchRecord> => {
    const batch = await store.find(id);
    if (batch === null || batch.project.id !== projectId || !maySee(viewer, batch)) throw new HttpError('not_found');
    return batch;
  };

  return {
    present: lifecycle.present,

    list: (client: Client, page: { from: number; size: number }) => store.list(listed(client), page),

    find: (client: Client, key: BatchKey) => store.findListed(listed(client), key),

    /**
     * Makes a batch, which the worker starts; with a key that has made one, answers that one as it is now. Throws
     * `HttpError('environment_not_ready')`, `engine_not_allowed`, and `limit_reached` where its member or project has no room for it.
     */
    create: (
      client: Client,
      idempotencyKey: string | null,
      input: { readonly name: string | null; readonly request: BatchRequest },
    ): Promise<BatchRecord | CreateRefusal> =>
      creating('batches', async () => {
        const filter = listed(client);
        const { projectId, userId } = client;
        if (idempotencyKey !== null) {
          const known = await store.findListed(filter, { idempotencyKey });
          if (known !== null) return known;
          await store.releaseKey(filter, idempotencyKey);
        }
        await parts.pythonFor(projectId);
        const most = limits.startingDrivers;
        if (!hasPlace(await parts.countStarting(userId), most)) return { refused: 'too-many', most };
        if (input.name !== null) {
          const same = await store.findListed(filter, { name: input.name });
          if (same !== null && isLive(same.state)) return { refused: 'duplicate', id: same.id };
        }
        const engine = await parts.engines.choose(projectId, input.request);
        const id = await parts.admission.inTurn(async (check) => {
          await check(takenBy(client, input.request, parts.engines.shapeOf(engine)));
          return store.insert({ projectId, userId, ...input, engine, idempotencyKey, now: clock.now() });
        });
        await parts.touchProject(projectId);
        const batch = await store.find(id);
        if (batch === null) throw new HttpError('internal');
        await lifecycle.publish(id);
        parts.wake();
        return batch;
      }),

    /** For the dashboard: one's own, and for owners all; newest first. */
    listProject: (projectId: string, viewer: Viewer): Promise<BatchRecord[]> =>
      store.listProject(projectId, {
        userId: viewer.role === 'owner' ? null : viewer.userId,
        endedAfter: clock.now() - limits.keptMs,
        limit: dashboardLimit,
      }),

    /** Throws `HttpError('not_found')`, also for what is somebody else's. */
    findVisible,

    /** Without a question of rights: for what goes on after they have been checked. */
    findById: (id: number) => store.find(id),

    /** For the dashboard: lets one end, which goes on when this has been answered. Throws `HttpError('not_found')`. */
    async stop(projectId: string, viewer: Viewer, id: number): Promise<BatchRecord> {
      await lifecycle.stop((await findVisible(projectId, viewer, id)).id, 'stopped');
      return findVisible(projectId, viewer, id);
    },

    /** Calls `listener` whenever something about a batch changes. */
    onChange: (id: number, listener: () => void) => parts.changes.listen(batchKey(id), listener),

    /** Ends a batch on its client's wish and waits for that, as long as Livy would. */
    async delete(batch: BatchRecord, signal: AbortSignal): Promise<void> {
      await lifecycle.stop(batch.id, 'deleted');
      await parts.changes.hold({
        key: batchKey(batch.id),
        ms: limits.deleteMs,
        signal,
        read: () => store.find(batch.id),
        done: (now) => now === null || !isLive(now.state),
      });
    },
  };
}
