import type { Clock } from '../../../lib/clock.ts';
import type { Log } from '../../../lib/log.ts';
import type { ExecutionRecord } from '../model.ts';
import type { ExecutionStore } from './store.ts';

/** Hears of a run that has ended. It may hear of one twice, after a crash, and has to come to the same then. */
export type EndListener = (run: ExecutionRecord) => Promise<void>;

export type Announcer = ReturnType<typeof createAnnouncer>;

const atOnce = 100;

/** Tells the ends of runs to whoever waits for them. What was told is written down, so that none is lost with a crash. */
export function createAnnouncer(parts: {
  store: ExecutionStore;
  listeners: readonly EndListener[];
  clock: Clock;
  log: Log;
}) {
  const tell = async (run: ExecutionRecord): Promise<void> => {
    for (const listen of parts.listeners) await listen(run);
    await parts.store.announced(run.id, parts.clock.now());
  };

  return {
    /** For whoever is about to remove a run that has ended: its end is told by then. Throws where it can't be told now. */
    async beforeRemoval(run: ExecutionRecord): Promise<void> {
      if (!(await parts.store.isAnnounced(run.id))) await tell(run);
    },

    async step(): Promise<void> {
      for (const run of await parts.store.unannounced(atOnce)) {
        try {
          await tell(run);
        } catch (error) {
          // The others are not kept waiting for it.
          parts.log.error({ run: run.id, err: error }, 'the end of a run could not be told; it will be tried again');
        }
      }
    },
  };
}
