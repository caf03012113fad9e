import { sql, type Kysely } from 'kysely';

/** Livy servers of projects, and what runs there. Migrations are never edited once released. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('livy_servers')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('project_id', 'text', (c) => c.notNull().references('projects.id').onDelete('cascade'))
    .addColumn('url', 'text', (c) => c.notNull())
    .addColumn('login', 'text', (c) => c.notNull())
    .addColumn('user_name', 'text')
    .addColumn('sealed_secret', 'text')
    .addColumn('run_as', 'text', (c) => c.notNull())
    .addColumn('set_by_admin', 'integer', (c) => c.notNull())
    .addColumn('changed_at', 'bigint', (c) => c.notNull())
    .addColumn('retired_at', 'bigint')
    .execute();
  await db.schema
    .createIndex('livy_servers_one_current')
    .unique()
    .on('livy_servers')
    .column('project_id')
    .where(sql<boolean>`retired_at is null`)
    .execute();
  await db.schema
    .createTable('external_sessions')
    .addColumn('type', 'text', (c) => c.notNull())
    .addColumn('id', 'integer', (c) => c.notNull())
    .addColumn('project_id', 'text', (c) => c.notNull().references('projects.id').onDelete('cascade'))
    .addColumn('user_id', 'text', (c) => c.notNull().references('users.id').onDelete('cascade'))
    .addColumn('livy_id', 'text', (c) => c.references('livy_servers.id').onDelete('set null'))
    .addColumn('server_id', 'text', (c) => c.references('servers.id').onDelete('set null'))
    .addColumn('external_id', 'integer')
    .addColumn('external_name', 'text', (c) => c.notNull())
    .addColumn('kind', 'text')
    .addColumn('name', 'text')
    .addColumn('notebook', 'text')
    .addColumn('state', 'text', (c) => c.notNull())
    .addColumn('stop_reason', 'text')
    .addColumn('request_json', 'text', (c) => c.notNull())
    .addColumn('idempotency_key', 'text')
    .addColumn('application_id', 'text')
    .addColumn('spark_ui_url', 'text')
    .addColumn('driver_log_url', 'text')
    .addColumn('problem', 'text')
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('ready_at', 'bigint')
    .addColumn('ended_at', 'bigint')
    .addPrimaryKeyConstraint('external_sessions_pk', ['type', 'id'])
    .execute();
  await db.schema
    .createIndex('external_sessions_project')
    .on('external_sessions')
    .columns(['project_id', 'user_id'])
    .execute();
  await db.schema
    .createIndex('external_sessions_livy')
    .on('external_sessions')
    .columns(['livy_id', 'ended_at'])
    .execute();
  await db.schema.createIndex('external_sessions_server').on('external_sessions').column('server_id').execute();
  await db.schema
    .createIndex('external_sessions_idempotency_key')
    .unique()
    .on('external_sessions')
    .columns(['type', 'project_id', 'user_id', 'idempotency_key'])
    .where('idempotency_key', 'is not', null)
    .execute();
  await db.schema
    .createTable('external_statements')
    .addColumn('session_type', 'text', (c) => c.notNull())
    .addColumn('session_id', 'integer', (c) => c.notNull())
    .addColumn('idempotency_key', 'text', (c) => c.notNull())
    .addColumn('statement_id', 'integer')
    .addPrimaryKeyConstraint('external_statements_pk', ['session_id', 'idempotency_key'])
    .addForeignKeyConstraint(
      'external_statements_session',
      ['session_type', 'session_id'],
      'external_sessions',
      ['type', 'id'],
      (c) => c.onDelete('cascade'),
    )
    .execute();
}
