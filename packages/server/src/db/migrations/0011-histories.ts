import type { Kysely } from 'kysely';

/** Finished applications: what became of their event logs, and the history servers that show them. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('sessions').addColumn('event_log', 'text').execute();
  await db.schema
    .createTable('history_servers')
    .addColumn('session_id', 'integer', (column) => column.primaryKey())
    .addColumn('pid', 'integer')
    .addColumn('start_ticks', 'text')
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .execute();
}
