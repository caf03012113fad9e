import type { Config } from '../../../config.ts';
import { isDatabasePassing } from '../../../db/passing.ts';
import type { Clock } from '../../../lib/clock.ts';
import type { Log } from '../../../lib/log.ts';
import type { ForgetRun } from './forget.ts';
import type { createOldRunStore } from './old-runs.ts';
import type { ExecutionStore } from './store.ts';

/** The last runs of a job are what its row in the list shows: they stay. */
const alwaysKept = 10;
const atOnce = 100;

/** Removes runs that are kept no longer: a few at a time, so that nobody waits for it. */
export function createRetention(parts: {
  store: Pick<ExecutionStore, 'find'>;
  old: ReturnType<typeof createOldRunStore>;
  forget: ForgetRun;
  kept: Config['runsKept'];
  clock: Clock;
  log: Log;
}) {
  const { store, old, kept, log } = parts;

  async function forgetOne(id: number): Promise<void> {
    const run = await store.find(id);
    if (run === null) return;
    try {
      await parts.forget(run);
    } catch (error) {
      if (isDatabasePassing(error)) throw error;
      // The others go all the same.
      log.warn({ run: id, err: error }, 'an old run could not be removed; it is tried again');
    }
  }

  return async (signal?: AbortSignal): Promise<void> => {
    const which = {
      before: kept.ms === null ? null : parts.clock.now() - kept.ms,
      most: kept.most,
      always: alwaysKept,
    };
    for (const jobId of [...(await old.jobIds()), null]) {
      let ids: number[];
      let after = 0;
      do {
        ids = await old.list(jobId, which, { after, limit: atOnce });
        for (const id of ids) {
          if (signal?.aborted === true) return;
          await forgetOne(id);
          after = id;
        }
      } while (ids.length === atOnce);
    }
  };
}
