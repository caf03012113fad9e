import type { Schedule, ScheduleBody, ScheduledTime } from '@emberlab/contract';
import { inTransaction } from '../../../db/transaction.ts';
import { HttpError } from '../../../http/errors.ts';
import { toInstant, toInstantOrNull } from '../../../lib/clock.ts';
import type { ScheduleDeps } from './deps.ts';
import { turnOf } from './note.ts';
import { whyPaused } from './pauses.ts';
import { nextOf, nextRuns } from './plan.ts';
import { scheduleProblems } from './problems.ts';
import { changed, removed } from './sentences.ts';
import { createScheduleStore, planOf, type ScheduleRecord } from './store.ts';
import { createTurnStore, type Turn } from './turns/store.ts';

/** How many runs are told ahead, and how many times that have been. */
const mostAhead = 5;
const mostRecent = 20;

const asMoment = (instant: string | null): number | null => (instant === null ? null : Date.parse(instant));

/** Whether two say the same of when there are runs; what they say of missed and overlapping ones is another matter. */
const sameTimes = (a: ScheduleRecord, b: ScheduleRecord): boolean =>
  a.cron === b.cron && a.timezone === b.timezone && a.start === b.start && a.end === b.end && a.enabled === b.enabled;

const presentTurn = ({ at, state, executionId, reason }: Turn): ScheduledTime => ({
  at: toInstant(at),
  state,
  execution: executionId,
  reason,
});

/** When jobs run by themselves. Whose job it is, the routes have seen to. */
export function createScheduleService(deps: Pick<ScheduleDeps, 'db' | 'clock'> & { wake(): void }) {
  const { db, clock } = deps;

  /** Throws `bad_request` with all that is wrong. */
  const check = (body: ScheduleBody, now: number): void => {
    const details = scheduleProblems(body, now);
    const [first] = details;
    if (first !== undefined) throw new HttpError('bad_request', { message: first.message, details });
  };

  async function find(jobId: number): Promise<Schedule | null> {
    const record = await createScheduleStore(db).find(jobId);
    if (record === null) return null;
    const turns = createTurnStore(db);
    const paused = record.enabled ? await whyPaused(db, jobId) : null;
    return {
      cron: record.cron,
      timezone: record.timezone,
      start: toInstantOrNull(record.start),
      end: toInstantOrNull(record.end),
      enabled: record.enabled,
      missed: record.missed,
      overlap: record.overlap,
      paused,
      nextRuns: record.enabled ? nextRuns(planOf(record), clock.now(), mostAhead).map(toInstant) : [],
      waiting: (await turns.waiting(jobId)).length,
      recent: (await turns.recent(jobId, mostRecent)).map(presentTurn),
      changedBy: record.changedBy,
      changedAt: toInstant(record.changedAt),
    };
  }

  /** Turns that wait are not those of the schedule that there is now. */
  async function callOff(tx: ScheduleDeps['db'], jobId: number, reason: string): Promise<void> {
    const turns = createTurnStore(tx);
    for (const turn of await turns.waiting(jobId)) await turns.decide(turn.id, 'skipped', clock.now(), reason);
  }

  return {
    find,

    /** Throws `bad_request` for one that can't be, or would never run. Times before now are no concern of a schedule that is new, or has other times than before. */
    async set(jobId: number, body: ScheduleBody, userId: string): Promise<Schedule | null> {
      const now = clock.now();
      check(body, now);
      await inTransaction(
        db,
        async (tx) => {
          const store = createScheduleStore(tx);
          const before = await store.find(jobId);
          const record: ScheduleRecord = {
            ...body,
            jobId,
            start: asMoment(body.start),
            end: asMoment(body.end),
            handled: now,
            changedBy: null,
            changedAt: now,
          };
          const goesOn = before !== null && sameTimes(before, record);
          // Somebody may have put the clock back.
          const handled = goesOn ? Math.min(before.handled, now) : now;
          if (before !== null && !goesOn) await callOff(tx, jobId, changed);
          await store.save({ ...record, handled }, body.enabled ? nextOf(planOf(record), handled) : null, userId);
        },
        { turn: turnOf(jobId) },
      );
      deps.wake();
      return find(jobId);
    },

    async remove(jobId: number): Promise<void> {
      await inTransaction(
        db,
        async (tx) => {
          await callOff(tx, jobId, removed);
          await createScheduleStore(tx).remove(jobId);
        },
        { turn: turnOf(jobId) },
      );
    },

    /** The next runs of one that is not saved. Throws `bad_request` as `set` does. */
    preview(body: ScheduleBody): string[] {
      const now = clock.now();
      check({ ...body, enabled: true }, now);
      const bounds = { start: asMoment(body.start), end: asMoment(body.end) };
      return nextRuns(planOf({ ...body, ...bounds }), now, mostAhead).map(toInstant);
    },
  };
}
