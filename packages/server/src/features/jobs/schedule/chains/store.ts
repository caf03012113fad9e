import { sql, type Kysely } from 'kysely';
import type { Database } from '../../../../db/schema.ts';
import type { Links } from './circle.ts';

/** A success that a job waits for. Times are ms since the epoch. */
export type Success = {
  readonly executionId: number;
  readonly logicalAt: number | null;
  readonly windowStart: number | null;
  readonly windowEnd: number | null;
};

/** Successes that were used are remembered for so long, so that one that is told of again is known. */
const rememberedMs = 30 * 86_400_000;

/** SQL of chains. */
export function createChainStore(db: Kysely<Database>) {
  return {
    /** After which jobs one starts, with whether each has succeeded since the last time. */
    async after(jobId: number): Promise<{ id: number; name: string; succeeded: boolean }[]> {
      const rows = await db
        .selectFrom('chains')
        .innerJoin('jobs', 'jobs.id', 'chains.after_id')
        .select(['jobs.id', 'jobs.name'])
        .select(({ exists, selectFrom }) =>
          exists(
            selectFrom('chain_successes as s')
              .select(sql`1`.as('one'))
              .whereRef('s.job_id', '=', 'chains.job_id')
              .whereRef('s.after_id', '=', 'chains.after_id')
              .where('s.used_at', 'is', null),
          ).as('succeeded'),
        )
        .where('chains.job_id', '=', jobId)
        .orderBy('jobs.name_key')
        .execute();
      return rows.map(({ id, name, succeeded }) => ({ id, name, succeeded: Boolean(succeeded) }));
    },

    /** The jobs that start after one. */
    before: (jobId: number): Promise<{ id: number; name: string }[]> =>
      db
        .selectFrom('chains')
        .innerJoin('jobs', 'jobs.id', 'chains.job_id')
        .select(['jobs.id', 'jobs.name'])
        .where('chains.after_id', '=', jobId)
        .orderBy('jobs.name_key')
        .execute(),

    /** All chains of a project. */
    async links(projectId: string): Promise<Links> {
      const rows = await db
        .selectFrom('chains')
        .innerJoin('jobs', 'jobs.id', 'chains.job_id')
        .select(['chains.job_id', 'chains.after_id'])
        .where('jobs.project_id', '=', projectId)
        .execute();
      const links = Map.groupBy(rows, (row) => row.job_id);
      return new Map([...links].map(([id, its]) => [id, its.map((row) => row.after_id)]));
    },

    /** Names of jobs of a project, by their ids. */
    async names(projectId: string, ids: readonly number[]): Promise<Map<number, string>> {
      const rows = await db
        .selectFrom('jobs')
        .select(['id', 'name'])
        .where('project_id', '=', projectId)
        .where('id', 'in', [...ids])
        .execute();
      return new Map(rows.map(({ id, name }) => [id, name]));
    },

    /** Of those that stay, what has succeeded is not forgotten. */
    async set(jobId: number, after: readonly number[]): Promise<void> {
      await db
        .deleteFrom('chains')
        .where('job_id', '=', jobId)
        .where('after_id', 'not in', [...after])
        .execute();
      if (after.length === 0) return;
      await db
        .insertInto('chains')
        .values(after.map((id) => ({ job_id: jobId, after_id: id })))
        .onConflict((conflict) => conflict.columns(['job_id', 'after_id']).doNothing())
        .execute();
    },

    /** Adds a success; answers whether it was not known. */
    async add(jobId: number, afterId: number, success: Success): Promise<boolean> {
      const row = await db
        .insertInto('chain_successes')
        .values({
          job_id: jobId,
          after_id: afterId,
          execution_id: success.executionId,
          logical_at: success.logicalAt,
          window_start: success.windowStart,
          window_end: success.windowEnd,
          used_at: null,
        })
        .onConflict((conflict) => conflict.columns(['job_id', 'execution_id']).doNothing())
        .returning('execution_id')
        .executeTakeFirst();
      return row !== undefined;
    },

    /** The successes that a job has not been started for. */
    unused: (jobId: number): Promise<(Success & { afterId: number })[]> =>
      db
        .selectFrom('chain_successes')
        .select(['after_id as afterId', 'execution_id as executionId', 'logical_at as logicalAt'])
        .select(['window_start as windowStart', 'window_end as windowEnd'])
        .where('job_id', '=', jobId)
        .where('used_at', 'is', null)
        .orderBy('execution_id')
        .execute(),

    /** A run was made for all that were not used. */
    async use(jobId: number, now: number): Promise<void> {
      await db
        .updateTable('chain_successes')
        .set({ used_at: now })
        .where('job_id', '=', jobId)
        .where('used_at', 'is', null)
        .execute();
      await db
        .deleteFrom('chain_successes')
        .where('job_id', '=', jobId)
        .where('used_at', '<', now - rememberedMs)
        .execute();
    },
  };
}
