import type { Backfill, BackfillBody } from '@emberlab/contract';
import { HttpError } from '../../../../http/errors.ts';
import { toInstant, toInstantOrNull } from '../../../../lib/clock.ts';
import type { ScheduleDeps } from '../deps.ts';
import { whyPaused } from '../pauses.ts';
import { timesWithin } from '../plan.ts';
import { timesProblems } from '../problems.ts';
import type { ScheduleStore } from '../store.ts';
import { timesOf } from '../times.ts';
import type { TurnStore } from '../turns/store.ts';
import type { BackfillRecord, createBackfillStore } from './store.ts';

/** So many runs a backfill may have. */
const mostRuns = 1000;
/** So many backfills of a job may be unfinished. */
const mostPending = 20;
/** So many of a list are answered at once. */
const pageSize = 50;

const refuse = (path: string, message: string): never => {
  throw new HttpError('bad_request', { message, details: [{ path, message }] });
};

/** Runs for times of the past. Whose job it is, the routes have seen to. */
export function createBackfillService(
  deps: Pick<ScheduleDeps, 'db' | 'clock'> & {
    store: ReturnType<typeof createBackfillStore>;
    turns: TurnStore;
    schedules: ScheduleStore;
    wake(): void;
  },
) {
  const { store, turns, clock } = deps;

  /** Those of one job, with what is beside their rows. */
  async function present(jobId: number, records: readonly BackfillRecord[]): Promise<Backfill[]> {
    const live = records.filter(({ endedAt }) => endedAt === null);
    const none = live.length === 0;
    const [open, first, paused] = await Promise.all([
      turns.openOf(live.map(({ id }) => id)),
      none ? null : store.firstOf(jobId),
      none ? null : whyPaused(deps.db, jobId),
    ]);
    return records.map((record) => {
      const isLive = record.endedAt === null;
      const before = isLive && first !== null && first < record.id ? 'It waits for the backfill before it.' : null;
      return {
        id: record.id,
        state: record.state,
        from: toInstant(record.from),
        to: toInstant(record.to),
        cron: record.cron,
        timezone: record.timezone,
        total: record.total,
        made: record.made,
        failed: record.failed,
        current: open.get(record.id)?.executionId ?? null,
        waitsFor: isLive ? (paused ?? before) : null,
        createdBy: record.createdBy,
        createdAt: toInstant(record.createdAt),
        endedAt: toInstantOrNull(record.endedAt),
      };
    });
  }

  /** Throws `not_found`. */
  async function get(jobId: number, id: number): Promise<Backfill> {
    const [shown] = await present(jobId, [await find(jobId, id)]);
    if (shown === undefined) throw new HttpError('not_found');
    return shown;
  }

  async function find(jobId: number, id: number): Promise<BackfillRecord> {
    const found = await store.find(id);
    if (found === null || found.jobId !== jobId) throw new HttpError('not_found');
    return found;
  }

  return {
    /** Those behind the one with the id `after` (null: from the top), the newest first. */
    async list(jobId: number, after: number | null = null): Promise<{ items: Backfill[]; next: string | null }> {
      const found = await store.list(jobId, { after, limit: pageSize + 1 });
      const shown = found.slice(0, pageSize);
      return {
        items: await present(jobId, shown),
        next: found.length > pageSize ? String(shown.at(-1)?.id ?? '') : null,
      };
    },

    /** Throws `bad_request` for a range without a time, or with too many, and for one that is not of the past. */
    async create(jobId: number, body: BackfillBody, userId: string): Promise<Backfill> {
      const schedule = await deps.schedules.find(jobId);
      const cron = body.cron ?? schedule?.cron;
      if (cron === undefined) {
        return refuse('cron', 'This job has no schedule. Please say with a cron expression which times are meant.');
      }
      const timezone = body.timezone ?? (body.cron === undefined ? schedule?.timezone : undefined) ?? 'UTC';
      const [problem] = timesProblems({ cron, timezone });
      if (problem !== undefined) return refuse(problem.path, problem.message);
      const [from, to, now] = [Date.parse(body.from), Date.parse(body.to), clock.now()];
      if (to < from) refuse('to', 'The end of the range is before its beginning.');
      if (to > now) refuse('to', 'This range goes into the future. What is to come is for a schedule.');
      const times = timesWithin(timesOf(cron, timezone), from, to, mostRuns);
      if (times === null)
        return refuse('to', `These would be more than ${mostRuns} runs. Please choose a shorter range.`);
      const [first] = times;
      if (first === undefined) return refuse('to', 'There is no time of this schedule in this range.');
      if ((await store.countRunning(jobId)) >= mostPending) {
        refuse('from', `${mostPending} backfills of this job are unfinished. Please wait for one, or cancel it.`);
      }
      const record = { jobId, cron, timezone, from, to, next: first, total: times.length, createdAt: now };
      const id = await store.insert(record, userId);
      deps.wake();
      return get(jobId, id);
    },

    /** Makes no more runs; one that has ended stays as it is. */
    async cancel(jobId: number, id: number): Promise<Backfill> {
      await find(jobId, id);
      await store.end(id, 'cancelled', clock.now());
      deps.wake();
      return get(jobId, id);
    },
  };
}
