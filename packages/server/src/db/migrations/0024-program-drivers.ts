import type { Kysely } from 'kysely';

/** Batches and sessions that belong to runs of jobs, the Spark UIs of such batches, and the tokens of notebooks that run so. Migrations are never edited once released. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('batches').addColumn('execution_id', 'integer').execute();
  await db.schema.alterTable('batches').addColumn('ui_id', 'text').execute();
  await db.schema
    .createTable('program_histories')
    .addColumn('batch_id', 'integer', (c) => c.primaryKey().references('batches.id').onDelete('cascade'))
    .addColumn('pid', 'integer')
    .addColumn('start_ticks', 'text')
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .execute();
  await db.schema.alterTable('sessions').addColumn('execution_id', 'integer').execute();
  await db.schema.createIndex('sessions_execution').on('sessions').column('execution_id').execute();
  await db.schema.alterTable('tokens').addColumn('execution_id', 'integer').execute();
  await db.schema
    .createIndex('batches_execution')
    .on('batches')
    .column('execution_id')
    .unique()
    .where('execution_id', 'is not', null)
    .execute();
}
