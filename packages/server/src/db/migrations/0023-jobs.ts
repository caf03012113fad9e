import type { Kysely } from 'kysely';
import { numbered } from '../dialect.ts';

/** Jobs and their runs. Migrations are never edited once released. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('jobs')
    .addColumn('id', 'integer', numbered(db))
    .addColumn('project_id', 'text', (c) => c.notNull().references('projects.id').onDelete('cascade'))
    .addColumn('owner_id', 'text', (c) => c.notNull().references('users.id').onDelete('cascade'))
    .addColumn('name', 'text', (c) => c.notNull())
    // the name without regard to case
    .addColumn('name_key', 'text', (c) => c.notNull())
    .addColumn('type', 'text', (c) => c.notNull())
    .addColumn('program', 'text', (c) => c.notNull())
    .addColumn('main_class', 'text')
    .addColumn('arguments_json', 'text', (c) => c.notNull())
    .addColumn('parameters_json', 'text', (c) => c.notNull())
    .addColumn('configuration_json', 'text', (c) => c.notNull())
    .addColumn('policy_json', 'text', (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('updated_at', 'bigint', (c) => c.notNull())
    .addUniqueConstraint('jobs_name', ['project_id', 'name_key'])
    .execute();
  await db.schema
    .createTable('executions')
    .addColumn('id', 'integer', numbered(db))
    .addColumn('project_id', 'text', (c) => c.notNull().references('projects.id').onDelete('cascade'))
    .addColumn('job_id', 'integer', (c) => c.references('jobs.id').onDelete('set null'))
    .addColumn('user_id', 'text', (c) => c.notNull().references('users.id').onDelete('cascade'))
    .addColumn('key', 'text', (c) => c.notNull())
    .addColumn('state', 'text', (c) => c.notNull())
    .addColumn('stop_reason', 'text')
    .addColumn('stop_note', 'text')
    // what the job said when it was asked for: name, type, program, arguments, parameters, configuration, policy
    .addColumn('frozen_json', 'text', (c) => c.notNull())
    .addColumn('trigger_json', 'text', (c) => c.notNull())
    .addColumn('attempt', 'integer', (c) => c.notNull())
    .addColumn('logical_at', 'bigint')
    .addColumn('window_start', 'bigint')
    .addColumn('window_end', 'bigint')
    .addColumn('revision', 'integer')
    .addColumn('timeline_json', 'text', (c) => c.notNull())
    .addColumn('application_id', 'text')
    // whether its Spark UI can be shown after its end
    .addColumn('ui_kept', 'integer', (c) => c.notNull().defaultTo(0))
    .addColumn('notebook', 'text')
    .addColumn('reason', 'text')
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('not_before', 'bigint', (c) => c.notNull())
    .addColumn('started_at', 'bigint')
    .addColumn('ended_at', 'bigint')
    .addColumn('announced_at', 'bigint')
    .execute();
  await db.schema.createIndex('executions_key').on('executions').columns(['job_id', 'key']).unique().execute();
  await db.schema.createIndex('executions_job').on('executions').columns(['job_id', 'id']).execute();
  await db.schema.createIndex('executions_project').on('executions').columns(['project_id', 'id']).execute();
  await db.schema.createIndex('executions_state').on('executions').columns(['project_id', 'state', 'id']).execute();
  await db.schema.createIndex('executions_time').on('executions').columns(['project_id', 'created_at']).execute();
  await db.schema
    .createIndex('executions_live')
    .on('executions')
    .column('ended_at')
    .where('ended_at', 'is', null)
    .execute();
  await db.schema
    .createIndex('executions_announce')
    .on('executions')
    .column('announced_at')
    .where('announced_at', 'is', null)
    .execute();
  await db.schema
    .createTable('execution_samples')
    .addColumn('execution_id', 'integer', (c) => c.notNull().references('executions.id').onDelete('cascade'))
    .addColumn('at', 'bigint', (c) => c.notNull())
    .addColumn('sample_json', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('execution_samples_pk', ['execution_id', 'at'])
    .execute();
}
