import type { Kysely } from 'kysely';
import { numbered } from '../dialect.ts';

/** Batches. Migrations are never edited once released. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('batches')
    .addColumn('id', 'integer', numbered(db))
    .addColumn('project_id', 'text', (c) => c.notNull().references('projects.id').onDelete('cascade'))
    .addColumn('user_id', 'text', (c) => c.notNull().references('users.id').onDelete('cascade'))
    .addColumn('name', 'text')
    .addColumn('state', 'text', (c) => c.notNull())
    .addColumn('stop_reason', 'text')
    .addColumn('request_json', 'text', (c) => c.notNull())
    .addColumn('idempotency_key', 'text')
    .addColumn('application_id', 'text')
    .addColumn('problem', 'text')
    .addColumn('pid', 'integer')
    .addColumn('start_ticks', 'text')
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('launched_at', 'bigint')
    .addColumn('ended_at', 'bigint')
    .execute();
  await db.schema.createIndex('batches_project').on('batches').columns(['project_id', 'user_id']).execute();
  await db.schema.createIndex('batches_ended').on('batches').column('ended_at').execute();
  await db.schema
    .createIndex('batches_idempotency_key')
    .on('batches')
    .columns(['project_id', 'user_id', 'idempotency_key'])
    .unique()
    .where('idempotency_key', 'is not', null)
    .execute();
}
