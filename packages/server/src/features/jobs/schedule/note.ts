import { mostCaughtUp } from '@emberlab/contract';
import type { Kysely } from 'kysely';
import type { Database } from '../../../db/schema.ts';
import { inTransaction } from '../../../db/transaction.ts';
import { toInstant } from '../../../lib/clock.ts';
import { mannerOf } from './overlap.ts';
import { dueOf, nextOf } from './plan.ts';
import { leftOutSentence, superseded, tooMany } from './sentences.ts';
import { createScheduleStore, planOf } from './store.ts';
import { createTurnStore, type NewTurn } from './turns/store.ts';

/** What happens to a job's schedule, one thing after the other: in all control planes. */
export const turnOf = (jobId: number): string => `schedule:${jobId}`;

/**
 * Writes down what has come due of a schedule, as turns, and up to when that was seen to, in one: so no time is ever seen to twice, or by nobody, wherever we are
 * killed. Nothing is started here.
 */
export async function noteDue(db: Kysely<Database>, jobId: number, now: number): Promise<void> {
  await inTransaction(
    db,
    async (tx) => {
      const schedules = createScheduleStore(tx);
      const turns = createTurnStore(tx);
      const schedule = await schedules.find(jobId);
      if (schedule === null || !schedule.enabled) return;
      const plan = planOf(schedule);
      const due = dueOf(plan, schedule.handled, now);
      const turn = (at: number, windowStart: number, of: Pick<NewTurn, 'state' | 'manner' | 'reason'>): NewTurn => ({
        jobId,
        kind: 'schedule',
        key: `schedule:${toInstant(at)}`,
        trigger: { kind: 'schedule' },
        at,
        logicalAt: at,
        window: { start: windowStart, end: at },
        ...of,
      });
      if (due.leftOut !== null && plan.missed !== 'one') {
        const { first, last } = due.leftOut;
        const reason = leftOutSentence(due.leftOut, plan.missed);
        await turns.insert(turn(last, first, { state: 'skipped', manner: 'skip', reason }), now);
      }
      const waiting = await turns.waiting(jobId);
      let behind = waiting.map(({ manner }) => manner);
      for (const run of due.runs) {
        const manner = mannerOf(schedule.overlap, { late: run.late, behind });
        if (manner === 'stop') {
          for (const { id } of waiting) await turns.decide(id, 'skipped', now, superseded);
          behind = [];
        }
        const full = behind.length >= mostCaughtUp;
        const state = full
          ? ({ state: 'skipped', manner, reason: tooMany } as const)
          : ({ state: 'waiting', manner } as const);
        await turns.insert(turn(run.at, run.windowStart, state), now);
        if (!full) behind.push(manner);
      }
      await turns.forget(jobId);
      await schedules.setHandled(jobId, due.handled, nextOf(plan, due.handled));
    },
    { turn: turnOf(jobId) },
  );
}
