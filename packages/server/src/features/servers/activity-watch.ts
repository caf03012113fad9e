import { createLoop } from '../../lib/lifecycle.ts';
import { askActivity, latestActivity } from './activity.ts';
import type { ServersDeps } from './deps.ts';
import type { ServerRecord, ServerStore } from './store.ts';

/** How often servers are asked what goes on in them, ms. */
const lookEveryMs = 20_000;

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
    wake: () => void;
  },
) {
  const { store, clock, changed } = deps;
  const ask = deps.askActivity ?? askActivity;
  const idleMs = deps.config.serverTime.idleMinutes * 60_000;
  let loop: ReturnType<typeof createLoop> | null = null;

  async function lookAt(record: ServerRecord): Promise<void> {
    const access = await deps.accessTo(record).catch(() => null);
    const seen = access === null ? null : await ask(access);
    if (seen === null) return;
    const now = clock.now();
    const before = record.activity ?? { kind: 'start', name: null, at: record.readyAt ?? now, now: false };
    const activity = latestActivity(seen, await deps.busySessionOf(record.id), before, now);
    await store.patch(record.id, { activity });
    if (idleMs > 0 && now - activity.at >= idleMs && (await store.apply(record.id, 'stop', { stopReason: 'idle' }))) {
      deps.log.info({ server: record.id, idleMs: now - activity.at }, 'nothing runs in a server; it is stopped');
      deps.wake();
    }
    await changed(record.id);
  }

  /** Looks once at all servers that run. */
  async function look(): Promise<void> {
    const running = (await store.live()).filter((record) => record.state === 'running');
    await Promise.all(running.map(lookAt));
  }

  return {
    look,
    start(): void {
      const onError = (error: unknown) => deps.log.error({ err: error }, 'what goes on in servers is not known');
      loop = createLoop({ step: look, intervalMs: lookEveryMs, onError });
    },
    close: async (): Promise<void> => loop?.close(),
  };
}
