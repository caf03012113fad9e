import { isDeepStrictEqual } from 'node:util';
import { createKeyedQueue, createLoop } from '../../lib/lifecycle.ts';
import { askActivity, latestActivity, type ActivityReport } from './activity.ts';
import type { BusySession, ServersDeps } from './deps.ts';
import type { ServerRecord, ServerStore } from './store.ts';

/** How often servers are asked what goes on in them, ms. */
const lookEveryMs = 20_000;
/** After a session has begun or ended its work a server is looked at, and once more so much later: its kernel may take a moment to see that. */
const lookAgainMs = 2000;
/** So many are asked at the same time. */
const atOnce = 8;
const pageSize = 200;
const silent: ActivityReport = { kernels: [], terminals: [] };

export type ActivityWatch = ReturnType<typeof createActivityWatch>;

/**
 * Knows what goes on in the servers that run, and where the platform wants that, lets those end in which nothing has for long. A server that doesn't
 * say is not idle.
 */
export function createActivityWatch(
  deps: ServersDeps & {
    store: ServerStore;
    changed: (id: string) => Promise<void>;
    accessTo: (record: ServerRecord) => Promise<{ socket: string; secret: string }>;
    /** a server is to be ended */
    wake: (id: string) => void;
  },
) {
  const { store, clock, changed } = deps;
  const ask = deps.askActivity ?? askActivity;
  const idleMs = deps.config.serverTime.idleMinutes * 60_000;
  let loop: ReturnType<typeof createLoop> | null = null;
  let closed = false;
  /** what calls off the second look, by the ids of servers that had work begun or ended */
  const again = new Map<string, () => void>();
  const queue = createKeyedQueue();
  /** servers that were looked at by themselves since rows were read for a look at all: what was read of them is old */
  const lookedAt = new Set<string>();
  const looking = new Set<Promise<void>>();
  const onError = (error: unknown) => deps.log.error({ err: error }, 'what goes on in servers is not known');

  /** One look at a server at a time: an older answer must not come after a newer one. */
  const lookAt = (id: string): Promise<void> =>
    queue(id, async () => {
      lookedAt.add(id);
      const record = await store.find(id);
      if (record !== null) await lookOnce(record, await deps.busySessionOf(id));
    });

  async function lookOnce(record: ServerRecord, spark: BusySession | null): Promise<void> {
    if (record.state !== 'running') return;
    const access = await deps.accessTo(record).catch(() => null);
    const said = access === null ? null : await ask(access);
    // What runs in Spark is known of a server too that doesn't say a word.
    const seen = said ?? (spark === null ? null : silent);
    if (seen === null) return;
    const now = clock.now();
    const before = record.activity ?? { kind: 'start', name: null, at: record.readyAt ?? now, now: false };
    const activity = latestActivity(seen, spark, before, now);
    const isNews = !isDeepStrictEqual(activity, record.activity);
    if (isNews) await store.patch(record.id, { activity });
    if (idleMs > 0 && now - activity.at >= idleMs && (await store.apply(record.id, 'stop', { stopReason: 'idle' }))) {
      deps.log.info({ server: record.id, idleMs: now - activity.at }, 'nothing runs in a server; it is stopped');
      deps.wake(record.id);
      await changed(record.id);
    } else if (isNews) await changed(record.id);
  }

  /** Looks once at all servers that run, a few at a time: requests go on between them. */
  async function look(): Promise<void> {
    for (let after: string | null = null; ;) {
      lookedAt.clear();
      const busy = await deps.busySessions();
      const some: ServerRecord[] = await store.liveAfter(after, pageSize);
      for (let from = 0; from < some.length; from += atOnce) {
        await Promise.all(
          some
            .slice(from, from + atOnce)
            .map((record) =>
              lookedAt.has(record.id)
                ? lookAt(record.id)
                : queue(record.id, () => lookOnce(record, busy.get(record.id) ?? null)),
            ),
        );
      }
      const last = some.at(-1);
      if (closed || some.length < pageSize || last === undefined) return;
      after = last.id;
    }
  }

  function lookNow(id: string): void {
    const one = lookAt(id).catch(onError);
    looking.add(one);
    void one.finally(() => looking.delete(one));
  }

  return {
    look,
    /** In one of a server's sessions work has begun or ended: what is said of the server must not contradict that until the next turn. */
    workChanged(id: string): void {
      // However often that happens, there are two looks in so much time, of which the second sees what came between.
      if (closed || again.has(id)) return;
      const lookAgain = () => {
        again.delete(id);
        lookNow(id);
      };
      again.set(id, clock.after(lookAgainMs, lookAgain));
      lookNow(id);
    },
    start(): void {
      loop = createLoop({ step: look, intervalMs: lookEveryMs, onError });
    },
    async close(): Promise<void> {
      closed = true;
      for (const callOff of again.values()) callOff();
      again.clear();
      await loop?.close();
      await Promise.all(looking);
    },
  };
}
