import type { Kysely } from 'kysely';

/** Which notebooks have run, when, and on which run of a server: that one's row has the configuration. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('notebook_runs')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('project_id', 'text', (c) => c.notNull().references('projects.id').onDelete('cascade'))
    .addColumn('user_id', 'text', (c) => c.notNull().references('users.id').onDelete('cascade'))
    .addColumn('server_id', 'text', (c) => c.notNull().references('servers.id').onDelete('cascade'))
    .addColumn('process', 'text', (c) => c.notNull())
    .addColumn('path', 'text', (c) => c.notNull())
    .addColumn('kernel', 'text', (c) => c.notNull())
    .addColumn('executions', 'integer', (c) => c.notNull())
    .addColumn('first_at', 'bigint', (c) => c.notNull())
    .addColumn('last_at', 'bigint', (c) => c.notNull())
    .addUniqueConstraint('notebook_runs_process', ['server_id', 'process'])
    .execute();
  await db.schema
    .createIndex('notebook_runs_recent')
    .on('notebook_runs')
    .columns(['project_id', 'last_at', 'id'])
    .execute();
  await db.schema
    .createIndex('notebook_runs_path')
    .on('notebook_runs')
    .columns(['project_id', 'path', 'last_at', 'id'])
    .execute();
  await db.schema
    .createIndex('notebook_runs_user')
    .on('notebook_runs')
    .columns(['project_id', 'user_id', 'last_at', 'id'])
    .execute();
}
