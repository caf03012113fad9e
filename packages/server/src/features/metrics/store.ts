import type { Kysely } from 'kysely';
import type { Database } from '../../db/schema.ts';

/** How many there are of each kind in each state; what has ended is not among them. */
export type States = Readonly<Record<'servers' | 'sessions' | 'batches', ReadonlyMap<string, number>>>;

export type MetricsStore = ReturnType<typeof createMetricsStore>;

/** SQL of what is counted when somebody asks. */
export function createMetricsStore(db: Kysely<Database>) {
  const count = async (table: keyof States): Promise<ReadonlyMap<string, number>> => {
    const rows = await db
      .selectFrom(table)
      .select(['state', (e) => e.fn.countAll<number>().as('count')])
      .where('ended_at', 'is', null)
      .groupBy('state')
      .execute();
    return new Map(rows.map((row) => [row.state, row.count]));
  };
  return {
    states: async (): Promise<States> => ({
      servers: await count('servers'),
      sessions: await count('sessions'),
      batches: await count('batches'),
    }),
  };
}
