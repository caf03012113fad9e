import type { Kysely } from 'kysely';

/** What servers may take, and what became of those that took more. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('servers').addColumn('limits_json', 'text').execute();
  await db.schema.alterTable('servers').addColumn('memory_end_json', 'text').execute();
}
