import type { Kysely } from 'kysely';
import { numbered } from '../dialect.ts';

/** When jobs run by themselves, and what has become of the times at which they should. Migrations are never edited once released. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('schedules')
    .addColumn('job_id', 'integer', (c) => c.primaryKey().references('jobs.id').onDelete('cascade'))
    .addColumn('cron', 'text', (c) => c.notNull())
    .addColumn('timezone', 'text', (c) => c.notNull())
    .addColumn('start_at', 'bigint')
    .addColumn('end_at', 'bigint')
    .addColumn('enabled', 'integer', (c) => c.notNull())
    .addColumn('missed', 'text', (c) => c.notNull())
    .addColumn('overlap', 'text', (c) => c.notNull())
    .addColumn('handled_at', 'bigint', (c) => c.notNull())
    .addColumn('next_at', 'bigint')
    .addColumn('changed_by', 'text', (c) => c.references('users.id').onDelete('set null'))
    .addColumn('changed_at', 'bigint', (c) => c.notNull())
    .execute();
  await db.schema.createIndex('schedules_next').on('schedules').column('next_at').execute();
  await db.schema
    .createTable('backfills')
    .addColumn('id', 'integer', numbered(db))
    .addColumn('job_id', 'integer', (c) => c.notNull().references('jobs.id').onDelete('cascade'))
    .addColumn('cron', 'text', (c) => c.notNull())
    .addColumn('timezone', 'text', (c) => c.notNull())
    .addColumn('from_at', 'bigint', (c) => c.notNull())
    .addColumn('to_at', 'bigint', (c) => c.notNull())
    .addColumn('state', 'text', (c) => c.notNull())
    // the next of its times; null: all have been made
    .addColumn('next_at', 'bigint')
    .addColumn('total', 'integer', (c) => c.notNull())
    .addColumn('made', 'integer', (c) => c.notNull())
    .addColumn('failed', 'integer', (c) => c.notNull())
    .addColumn('created_by', 'text', (c) => c.references('users.id').onDelete('set null'))
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('ended_at', 'bigint')
    .execute();
  await db.schema.createIndex('backfills_job').on('backfills').columns(['job_id', 'id']).execute();
  await db.schema
    .createIndex('backfills_running')
    .on('backfills')
    .column('ended_at')
    .where('ended_at', 'is', null)
    .execute();
  await db.schema
    .createTable('job_turns')
    .addColumn('id', 'integer', numbered(db))
    .addColumn('job_id', 'integer', (c) => c.notNull().references('jobs.id').onDelete('cascade'))
    .addColumn('backfill_id', 'integer', (c) => c.references('backfills.id').onDelete('cascade'))
    .addColumn('kind', 'text', (c) => c.notNull())
    .addColumn('key', 'text', (c) => c.notNull())
    .addColumn('trigger_json', 'text', (c) => c.notNull())
    .addColumn('at', 'bigint', (c) => c.notNull())
    .addColumn('logical_at', 'bigint')
    .addColumn('window_start', 'bigint')
    .addColumn('window_end', 'bigint')
    .addColumn('manner', 'text', (c) => c.notNull())
    .addColumn('state', 'text', (c) => c.notNull())
    .addColumn('reason', 'text')
    .addColumn('execution_id', 'integer')
    .addColumn('over_at', 'bigint')
    .addUniqueConstraint('job_turns_key', ['job_id', 'key'])
    .execute();
  await db.schema.createIndex('job_turns_job').on('job_turns').columns(['job_id', 'kind', 'id']).execute();
  await db.schema
    .createIndex('job_turns_open')
    .on('job_turns')
    .columns(['over_at', 'state', 'job_id'])
    .where('over_at', 'is', null)
    .execute();
  await db.schema
    .createTable('chains')
    .addColumn('job_id', 'integer', (c) => c.notNull().references('jobs.id').onDelete('cascade'))
    .addColumn('after_id', 'integer', (c) => c.notNull().references('jobs.id').onDelete('cascade'))
    .addPrimaryKeyConstraint('chains_pk', ['job_id', 'after_id'])
    .execute();
  await db.schema.createIndex('chains_after').on('chains').column('after_id').execute();
  await db.schema
    .createTable('chain_successes')
    .addColumn('job_id', 'integer', (c) => c.notNull())
    .addColumn('after_id', 'integer', (c) => c.notNull())
    .addColumn('execution_id', 'integer', (c) => c.notNull())
    .addColumn('logical_at', 'bigint')
    .addColumn('window_start', 'bigint')
    .addColumn('window_end', 'bigint')
    .addColumn('used_at', 'bigint')
    .addPrimaryKeyConstraint('chain_successes_pk', ['job_id', 'execution_id'])
    .addForeignKeyConstraint('chain_successes_chain', ['job_id', 'after_id'], 'chains', ['job_id', 'after_id'], (c) =>
      c.onDelete('cascade'),
    )
    .execute();
}
