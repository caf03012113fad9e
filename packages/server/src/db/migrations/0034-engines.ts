import type { Kysely } from 'kysely';

/** Which engine runs what, and which projects may use which. Migrations are never edited once released. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const table of ['sessions', 'batches']) {
    await db.schema
      .alterTable(table)
      .addColumn('engine', 'text', (c) => c.notNull().defaultTo('local'))
      .execute();
  }
  // An engine without a row here is for all projects.
  await db.schema
    .createTable('restricted_engines')
    .addColumn('engine', 'text', (c) => c.primaryKey())
    .addColumn('since', 'bigint', (c) => c.notNull())
    .execute();
  await db.schema
    .createTable('engine_projects')
    .addColumn('engine', 'text', (c) => c.notNull().references('restricted_engines.engine').onDelete('cascade'))
    .addColumn('project_id', 'text', (c) => c.notNull().references('projects.id').onDelete('cascade'))
    .addPrimaryKeyConstraint('engine_projects_pk', ['engine', 'project_id'])
    .execute();
  // With a project go its rows.
  await db.schema.createIndex('engine_projects_project').on('engine_projects').column('project_id').execute();
}
