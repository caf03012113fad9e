import type { SessionSample } from '@emberlab/contract';
import { sessionSample } from '@emberlab/contract';
import type { Kysely } from 'kysely';
import type { Database } from '../../../db/schema.ts';
import type { ListedExecutor } from '../../sessions/index.ts';

/** SQL of the executors of runs, as they were seen last. */
export const createExecutorStore = (db: Kysely<Database>) => ({
  /** Keeps them as they are now, in the place of what was kept. */
  async keep(id: number, executors: readonly ListedExecutor[]): Promise<void> {
    const text = JSON.stringify(executors);
    await db
      .insertInto('execution_executors')
      .values({ execution_id: id, executors_json: text })
      .onConflict((conflict) => conflict.column('execution_id').doUpdateSet({ executors_json: text }))
      .execute();
  },
  /** null: none were seen. */
  async of(id: number): Promise<ListedExecutor[] | null> {
    const row = await db
      .selectFrom('execution_executors')
      .select('executors_json')
      .where('execution_id', '=', id)
      .executeTakeFirst();
    return row === undefined ? null : (JSON.parse(row.executors_json) as ListedExecutor[]);
  },
});

/** SQL of what was measured of the applications of runs. */
export const createSampleStore = (db: Kysely<Database>) => ({
  async add(id: number, at: number, sample: SessionSample): Promise<void> {
    await db
      .insertInto('execution_samples')
      .values({ execution_id: id, at, sample_json: JSON.stringify(sample) })
      .onConflict((conflict) => conflict.columns(['execution_id', 'at']).doNothing())
      .execute();
  },
  async list(id: number, after: number): Promise<{ at: number; sample: SessionSample }[]> {
    const rows = await db
      .selectFrom('execution_samples')
      .select(['at', 'sample_json'])
      .where('execution_id', '=', id)
      .where('at', '>', after)
      .orderBy('at')
      .execute();
    return rows.map((row) => ({ at: row.at, sample: sessionSample.parse(JSON.parse(row.sample_json)) }));
  },
  async remove(id: number, times: readonly number[]): Promise<void> {
    if (times.length === 0) return;
    await db
      .deleteFrom('execution_samples')
      .where('execution_id', '=', id)
      .where('at', 'in', [...times])
      .execute();
  },
});
