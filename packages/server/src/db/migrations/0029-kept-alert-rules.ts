import type { Kysely } from 'kysely';

/** Who is to be told of runs whose job is gone. Migrations are never edited once released. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('alert_kept_rules')
    .addColumn('execution_id', 'integer', (c) => c.primaryKey().references('executions.id').onDelete('cascade'))
    .addColumn('job_id', 'integer', (c) => c.notNull())
    .addColumn('rules_json', 'text', (c) => c.notNull())
    .execute();
}
