import type { Kysely } from 'kysely';

/** The executors of a run's application as they were seen last. Migrations are never edited once released. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('execution_executors')
    .addColumn('execution_id', 'integer', (c) => c.primaryKey().references('executions.id').onDelete('cascade'))
    .addColumn('executors_json', 'text', (c) => c.notNull())
    .execute();
}
