import { sql, type Kysely } from 'kysely';

const sixHoursMs = 6 * 3_600_000;

/** When servers are stopped, why they were, and what has kept them busy. Those that run get six hours from now. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('servers').addColumn('stops_at', 'bigint').execute();
  await db.schema.alterTable('servers').addColumn('stop_reason', 'text').execute();
  await db.schema.alterTable('servers').addColumn('activity_json', 'text').execute();
  await sql`update servers set stops_at = ${Date.now() + sixHoursMs} where state = 'running'`.execute(db);
}
