import { advanceBackfill } from './backfills/advance.ts';
import { createBackfillStore } from './backfills/store.ts';
import type { ScheduleDeps } from './deps.ts';
import { noteDue } from './note.ts';
import { createScheduleStore } from './store.ts';
import { closeTurn, settle } from './turns/settle.ts';
import { createTurnStore } from './turns/store.ts';
import { createTaker } from './turns/take.ts';

/**
 * Sees to what jobs do by themselves. All that it knows stands in rows: what is due is written down first (schedules, backfills; chains when a run ends), then done.
 * Several of them, in several control planes, come to the same as one.
 */
export function createScheduleWorker(deps: Pick<ScheduleDeps, 'db' | 'clock' | 'log' | 'start' | 'replace'>) {
  const { db, clock, log } = deps;
  const schedules = createScheduleStore(db);
  const backfills = createBackfillStore(db);
  const turns = createTurnStore(db);
  const taker = createTaker({
    turns,
    start: deps.start,
    replace: deps.replace,
    clock,
    failed: (turn, problem) => closeTurn(db, turn, clock.now(), { succeeded: false, problem }),
  });

  /** What goes wrong with one keeps none of the others waiting: it is tried again at the next look. */
  async function each<T>(items: readonly T[], act: (item: T) => Promise<void>, signal?: AbortSignal): Promise<void> {
    for (const item of items) {
      if (signal?.aborted === true) return;
      try {
        await act(item);
      } catch (error) {
        log.error({ err: error, item }, 'a job could not be seen to; it will be tried again');
      }
    }
  }

  return {
    async step(signal?: AbortSignal): Promise<void> {
      await settle(db, clock.now());
      await each(await schedules.due(clock.now()), (jobId) => noteDue(db, jobId, clock.now()), signal);
      await each(await backfills.current(), (backfill) => advanceBackfill(db, backfill, clock.now()), signal);
      await each(await taker.open(), ([, act]) => act(), signal);
    },
  };
}
