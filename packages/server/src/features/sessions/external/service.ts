import { HttpError } from '../../../http/errors.ts';
import type { Viewer } from '../../../http/project-events.ts';
import type { Clock } from '../../../lib/clock.ts';
import type { Limits } from '../limits.ts';
import type { Client } from '../model.ts';
import { maySee } from '../policy.ts';
import type { StopReason } from '../state.ts';
import { explained, type Asking } from './asking.ts';
import type { ExternalLifecycle } from './lifecycle.ts';
import type { LivyStore } from './livy-store.ts';
import type { Maker, Making } from './make.ts';
import type { External, ExternalBatch, ExternalSession, ExternalType, LivyServer } from './model.ts';
import type { ExternalKey, ExternalStore, Listed } from './store.ts';

export type ExternalService = ReturnType<typeof createExternalService>;

type Of<T extends ExternalType> = T extends 'session' ? ExternalSession : ExternalBatch;

const dashboardLimit = 500;

/** The use cases of sessions and batches on projects' Livy servers, for their clients and for the dashboard. */
export function createExternalService(parts: {
  livys: LivyStore;
  store: ExternalStore;
  asking: Asking;
  lifecycle: ExternalLifecycle;
  maker: Maker;
  clock: Clock;
  limits: Limits;
  touchProject(projectId: string): Promise<void>;
  /** Looks at the lists of these servers, unless that was done just now. Throws `LivyCallError`. */
  refresh(livyIds: readonly string[]): Promise<void>;
}) {
  const { livys, store, asking, lifecycle, maker, clock, limits } = parts;

  const listed = (type: ExternalType, { projectId, userId }: Client): Listed => ({
    type,
    projectId,
    userId,
    endedAfter: clock.now() - (type === 'session' ? limits.listedMs : limits.batchListedMs),
  });

  const findVisible = async <T extends ExternalType>(type: T, projectId: string, viewer: Viewer, id: number) => {
    const external = await store.find(type, id);
    if (external === null || external.project.id !== projectId || !maySee(viewer, external)) return null;
    return external as Of<T>;
  };

  /** Ends one on its Livy. */
  const end = async (external: External, reason: StopReason): Promise<void> => {
    const { type, id } = external;
    const now = await lifecycle.stop(type, id, reason);
    if (now === null || now.externalId === null) return;
    if (now.endedAt !== null) {
      if (reason === 'deleted') await asking.forget(now);
      return;
    }
    const answer = await asking.ask(now, { method: 'DELETE' });
    if (answer.status !== 404 && answer.status >= 300) throw await asking.refusal(now, answer, 'DELETE');
    await lifecycle.vanished(type, id);
  };

  return {
    end,
    findVisible,

    /** The Livy on which new sessions of a project run; null: none. */
    serverOf: (projectId: string): Promise<LivyServer | null> => livys.findCurrent(projectId),

    /** One's own, as a client knows it. Null: there is none. */
    findListed: (type: ExternalType, client: Client, key: ExternalKey) => store.findListed(listed(type, client), key),

    /** A page of one's own, as they are now, oldest first. */
    async list(
      type: ExternalType,
      client: Client,
      page: { from: number; size: number },
    ): Promise<{ total: number; items: External[] }> {
      const before = await store.list(listed(type, client), page);
      const servers = new Set(before.items.filter(({ endedAt }) => endedAt === null).map(({ livyId }) => livyId));
      if (servers.size === 0) return before;
      await explained('GET', () => parts.refresh([...servers].filter((id) => id !== null)));
      return store.list(listed(type, client), page);
    },

    /**
     * Makes one; with a key that has made one, answers that one. `read` reads the request: not before the key is looked at, since a file that was there
     * for the first request may be gone for its repetition.
     */
    async create(
      server: LivyServer,
      client: Client,
      type: ExternalType,
      idempotencyKey: string | null,
      read: () => Promise<Making>,
    ): Promise<External> {
      const filter = listed(type, client);
      if (idempotencyKey !== null) {
        const known = await store.findListed(filter, { idempotencyKey });
        if (known !== null) return maker.settled(known, () => asking.upstreamFor(known));
        await store.releaseKey(filter, idempotencyKey);
      }
      const making = await read();
      const upstream = await explained('GET', async () => asking.upstreamOfServer(server));
      const external = await maker.make(server, upstream, making, idempotencyKey, filter);
      await parts.touchProject(client.projectId);
      return external;
    },

    /** For the dashboard: one's own, and for owners all; newest first. */
    async listProject<T extends ExternalType>(type: T, projectId: string, viewer: Viewer): Promise<Of<T>[]> {
      const all = await store.listProject(projectId, {
        type,
        userId: viewer.role === 'owner' ? null : viewer.userId,
        endedAfter: clock.now() - limits.keptMs,
        limit: dashboardLimit,
      });
      return all as Of<T>[];
    },

    /** For the dashboard: lets one end, which goes on when this has been answered. Throws `not_found`, also for what is somebody else's. */
    async stop<T extends ExternalType>(type: T, projectId: string, viewer: Viewer, id: number): Promise<Of<T>> {
      const found = await findVisible(type, projectId, viewer, id);
      const now = found === null ? null : await lifecycle.stop(type, id, 'stopped');
      if (now === null) throw new HttpError('not_found');
      return now as Of<T>;
    },
  };
}
