import type { ScheduleBody } from '@emberlab/contract';
import type { Kysely, Selectable } from 'kysely';
import type { Database } from '../../../db/schema.ts';
import type { SchedulesTable } from '../../../db/schema/schedules.ts';
import { ableJobs } from './pauses.ts';
import type { Plan } from './plan.ts';
import { timesOf } from './times.ts';

/** A schedule as its row says. Times are ms since the epoch. */
export type ScheduleRecord = Pick<ScheduleBody, 'cron' | 'timezone' | 'missed' | 'overlap' | 'enabled'> & {
  readonly jobId: number;
  readonly start: number | null;
  readonly end: number | null;
  /** all times up to this one have become turns, or are of no concern */
  readonly handled: number;
  readonly changedBy: string | null;
  readonly changedAt: number;
};

export type ScheduleStore = ReturnType<typeof createScheduleStore>;

export const planOf = (record: Pick<ScheduleRecord, 'cron' | 'timezone' | 'start' | 'end' | 'missed'>): Plan => ({
  times: timesOf(record.cron, record.timezone),
  start: record.start,
  end: record.end,
  missed: record.missed,
});

/** SQL of schedules. */
export function createScheduleStore(db: Kysely<Database>) {
  const toRecord = (row: Selectable<SchedulesTable> & { email?: string | null }): ScheduleRecord => ({
    jobId: row.job_id,
    cron: row.cron,
    timezone: row.timezone,
    start: row.start_at,
    end: row.end_at,
    enabled: row.enabled === 1,
    missed: row.missed,
    overlap: row.overlap,
    handled: row.handled_at,
    changedBy: row.email ?? null,
    changedAt: row.changed_at,
  });

  return {
    async find(jobId: number): Promise<ScheduleRecord | null> {
      const row = await db
        .selectFrom('schedules')
        .leftJoin('users', 'users.id', 'schedules.changed_by')
        .selectAll('schedules')
        .select('users.email')
        .where('job_id', '=', jobId)
        .executeTakeFirst();
      return row === undefined ? null : toRecord(row);
    },

    async save(record: ScheduleRecord, next: number | null, userId: string): Promise<void> {
      const columns = {
        cron: record.cron,
        timezone: record.timezone,
        start_at: record.start,
        end_at: record.end,
        enabled: record.enabled ? 1 : 0,
        missed: record.missed,
        overlap: record.overlap,
        handled_at: record.handled,
        next_at: next,
        changed_by: userId,
        changed_at: record.changedAt,
      };
      await db
        .insertInto('schedules')
        .values({ job_id: record.jobId, ...columns })
        .onConflict((conflict) => conflict.column('job_id').doUpdateSet(columns))
        .execute();
    },

    async remove(jobId: number): Promise<boolean> {
      const { numDeletedRows } = await db.deleteFrom('schedules').where('job_id', '=', jobId).executeTakeFirst();
      return numDeletedRows > 0n;
    },

    /** Jobs with a time that has come, the one that is due first in front; those that may not run now wait until they may. */
    async due(now: number): Promise<number[]> {
      const rows = await db
        .selectFrom('schedules')
        .select('job_id')
        .where('next_at', '<=', now)
        .where('job_id', 'in', ableJobs(db))
        .orderBy('next_at')
        .orderBy('job_id')
        .execute();
      return rows.map((row) => row.job_id);
    },

    /** Writes down up to when a schedule was seen to. */
    async setHandled(jobId: number, handled: number, next: number | null): Promise<void> {
      await db
        .updateTable('schedules')
        .set({ handled_at: handled, next_at: next })
        .where('job_id', '=', jobId)
        .execute();
    },

    /** When these jobs run next; those that have no schedule, or are paused, are absent. */
    async nextRuns(jobIds: readonly number[]): Promise<Map<number, number>> {
      if (jobIds.length === 0) return new Map();
      const rows = await db
        .selectFrom('schedules')
        .select(['job_id', 'next_at'])
        .where('job_id', 'in', [...jobIds])
        .where('job_id', 'in', ableJobs(db))
        .execute();
      return new Map(rows.flatMap((row) => (row.next_at === null ? [] : [[row.job_id, row.next_at] as const])));
    },
  };
}
