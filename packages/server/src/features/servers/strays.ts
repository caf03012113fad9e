import { createLoop } from '../../lib/lifecycle.ts';
import type { ServersDeps } from './deps.ts';
import type { ServerStore } from './store.ts';

const lookEveryMs = 60_000;

/** Ends servers that are there and that no row asks for: of a project that is gone, or of a database that was put back. Does nothing where there can be none. */
export function createStrayWatch({
  spawner,
  store,
  log,
}: Pick<ServersDeps, 'spawner' | 'log'> & { store: Pick<ServerStore, 'live'> }) {
  async function look(): Promise<void> {
    // Asked in this order: a server has its row before it is there.
    const present = (await spawner.present?.()) ?? [];
    if (present.length === 0) return;
    const live = new Set((await store.live()).map(({ id }) => id));
    for (const id of present.filter((one) => !live.has(one))) {
      log.warn({ server: id }, 'a server was there that nobody asks for; it is ended');
      await spawner.stop(id, null);
      await spawner.clean(id);
    }
  }

  let loop: ReturnType<typeof createLoop> | null = null;
  return {
    look,
    start(): void {
      if (spawner.present === undefined) return;
      const onError = (error: unknown) => log.error({ err: error }, 'looking for servers that nobody asks for failed');
      loop = createLoop({ step: look, intervalMs: lookEveryMs, onError });
    },
    close: async (): Promise<void> => loop?.close(),
  };
}
