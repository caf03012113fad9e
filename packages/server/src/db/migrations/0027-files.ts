import type { Kysely } from 'kysely';

/** What lies in bins, files that come in pieces, and how long projects keep what. Never edited once released. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('binned_files')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('project_id', 'text', (c) => c.notNull().references('projects.id').onDelete('cascade'))
    .addColumn('path', 'text', (c) => c.notNull())
    .addColumn('type', 'text', (c) => c.notNull())
    .addColumn('bytes', 'bigint')
    .addColumn('deleted_at', 'bigint', (c) => c.notNull())
    .addColumn('deleted_by', 'text')
    .execute();
  await db.schema
    .createIndex('binned_files_project')
    .on('binned_files')
    .columns(['project_id', 'deleted_at'])
    .execute();
  await db.schema
    .createTable('file_uploads')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('project_id', 'text', (c) => c.notNull().references('projects.id').onDelete('cascade'))
    .addColumn('user_id', 'text', (c) => c.notNull().references('users.id').onDelete('cascade'))
    .addColumn('folder', 'text', (c) => c.notNull())
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('bytes', 'bigint', (c) => c.notNull())
    .addColumn('changed_at', 'bigint')
    .addColumn('conflict', 'text', (c) => c.notNull())
    .addColumn('started_at', 'bigint', (c) => c.notNull())
    .addColumn('touched_at', 'bigint', (c) => c.notNull())
    .execute();
  await db.schema.createIndex('file_uploads_project').on('file_uploads').columns(['project_id', 'user_id']).execute();
  await db.schema
    .createTable('file_rules')
    .addColumn('project_id', 'text', (c) => c.primaryKey().references('projects.id').onDelete('cascade'))
    .addColumn('bin_days', 'integer', (c) => c.notNull())
    .addColumn('log_days', 'integer')
    .addColumn('log_newest', 'integer', (c) => c.notNull())
    .execute();
}
