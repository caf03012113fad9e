import type { Kysely } from 'kysely';

/** How the machine did over the last hours, and what an administrator said who stopped a server. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('machine_samples')
    .addColumn('at', 'bigint', (c) => c.primaryKey())
    .addColumn('sample_json', 'text', (c) => c.notNull())
    .execute();
  await db.schema.alterTable('servers').addColumn('stop_note', 'text').execute();
}
