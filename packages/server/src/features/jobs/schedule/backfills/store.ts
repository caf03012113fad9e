import type { BackfillState } from '@emberlab/contract';
import { sql, type Kysely, type Selectable } from 'kysely';
import type { Database } from '../../../../db/schema.ts';
import type { BackfillsTable } from '../../../../db/schema/schedules.ts';
import { ableJobs } from '../pauses.ts';

/** Times are ms since the epoch. */
export type BackfillRecord = {
  readonly id: number;
  readonly jobId: number;
  readonly state: BackfillState;
  readonly cron: string;
  readonly timezone: string;
  readonly from: number;
  readonly to: number;
  /** the next of its times; null: all have become turns */
  readonly next: number | null;
  readonly total: number;
  readonly made: number;
  readonly failed: number;
  readonly createdBy: string | null;
  readonly createdAt: number;
  readonly endedAt: number | null;
};

/** SQL of backfills. */
export function createBackfillStore(db: Kysely<Database>) {
  const select = () =>
    db
      .selectFrom('backfills')
      .leftJoin('users', 'users.id', 'backfills.created_by')
      .selectAll('backfills')
      .select('users.email');

  return {
    async insert(
      backfill: Omit<BackfillRecord, 'id' | 'state' | 'made' | 'failed' | 'createdBy' | 'endedAt'>,
      userId: string,
    ): Promise<number> {
      const { id } = await db
        .insertInto('backfills')
        .values({
          job_id: backfill.jobId,
          cron: backfill.cron,
          timezone: backfill.timezone,
          from_at: backfill.from,
          to_at: backfill.to,
          state: 'running',
          next_at: backfill.next,
          total: backfill.total,
          made: 0,
          failed: 0,
          created_by: userId,
          created_at: backfill.createdAt,
          ended_at: null,
        })
        .returning('id')
        .executeTakeFirstOrThrow();
      return id;
    },

    async find(id: number): Promise<BackfillRecord | null> {
      const row = await select().where('backfills.id', '=', id).executeTakeFirst();
      return row === undefined ? null : toRecord(row);
    },

    /** Those behind the one with the id `after`, the newest first. */
    async list(jobId: number, { after, limit }: { after: number | null; limit: number }): Promise<BackfillRecord[]> {
      const rows = await select()
        .where('job_id', '=', jobId)
        .$if(after !== null, (query) => query.where('backfills.id', '<', after ?? 0))
        .orderBy('backfills.id', 'desc')
        .limit(limit)
        .execute();
      return rows.map(toRecord);
    },

    /** The first of a job that has not ended; null: all have. */
    async firstOf(jobId: number): Promise<number | null> {
      const row = await db
        .selectFrom('backfills')
        .select('id')
        .where('job_id', '=', jobId)
        .where('ended_at', 'is', null)
        .orderBy('id')
        .limit(1)
        .executeTakeFirst();
      return row?.id ?? null;
    },

    async countRunning(jobId: number): Promise<number> {
      const { count } = await db
        .selectFrom('backfills')
        .select((s) => s.fn.countAll<number>().as('count'))
        .where('job_id', '=', jobId)
        .where('ended_at', 'is', null)
        .executeTakeFirstOrThrow();
      return count;
    },

    /** Of each job that may run now: the first that has not ended, where that can go on by a run. */
    async current(): Promise<{ id: number; jobId: number }[]> {
      const firsts = db
        .selectFrom('backfills')
        .select((s) => ['job_id as jobId', s.fn.min('id').as('id')])
        .where('ended_at', 'is', null)
        .where('job_id', 'in', ableJobs(db))
        .groupBy('job_id');
      const open = db.selectFrom('job_turns').select('backfill_id').where('over_at', 'is', null);
      return db
        .selectFrom(firsts.as('first'))
        .select(['first.id', 'first.jobId'])
        .where('first.id', 'not in', open.where('backfill_id', 'is not', null).$castTo<{ backfill_id: number }>())
        .orderBy('first.id')
        .execute();
    },

    /** One more of its times has become a turn. */
    async advance(id: number, next: number | null): Promise<void> {
      await db
        .updateTable('backfills')
        .set({ made: sql<number>`made + 1`, next_at: next })
        .where('id', '=', id)
        .execute();
    },

    async countFailed(id: number): Promise<void> {
      await db
        .updateTable('backfills')
        .set({ failed: sql<number>`failed + 1` })
        .where('id', '=', id)
        .execute();
    },

    /** Ends one that has not ended. */
    async end(id: number, state: BackfillState, now: number): Promise<void> {
      await db
        .updateTable('backfills')
        .set({ state, ended_at: now })
        .where('id', '=', id)
        .where('ended_at', 'is', null)
        .execute();
    },
  };
}

function toRecord(row: Selectable<BackfillsTable> & { email: string | null }): BackfillRecord {
  return {
    id: row.id,
    jobId: row.job_id,
    state: row.state,
    cron: row.cron,
    timezone: row.timezone,
    from: row.from_at,
    to: row.to_at,
    next: row.next_at,
    total: row.total,
    made: row.made,
    failed: row.failed,
    createdBy: row.email,
    createdAt: row.created_at,
    endedAt: row.ended_at,
  };
}
