import { sql, type Kysely } from 'kysely';

/** Changes of environments as a queue and a history, what people asked for in each revision, and where libraries come from. Never edited once released. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('revisions').addColumn('removed_at', 'bigint').execute();
  await db.schema
    .createTable('environment_operations')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('project_id', 'text', (c) => c.notNull().references('projects.id').onDelete('cascade'))
    .addColumn('number', 'integer', (c) => c.notNull())
    .addColumn('kind', 'text', (c) => c.notNull())
    .addColumn('state', 'text', (c) => c.notNull())
    .addColumn('title', 'text', (c) => c.notNull())
    .addColumn('by_email', 'text')
    .addColumn('change_json', 'text', (c) => c.notNull())
    .addColumn('asked_json', 'text')
    .addColumn('revision_id', 'text', (c) => c.references('revisions.id').onDelete('cascade'))
    .addColumn('makes_revision', 'integer', (c) => c.notNull())
    .addColumn('cancel_wanted', 'integer', (c) => c.notNull().defaultTo(0))
    .addColumn('problem', 'text')
    .addColumn('changes_json', 'text')
    .addColumn('conflicts', 'integer')
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('started_at', 'bigint')
    .addColumn('ended_at', 'bigint')
    .addUniqueConstraint('environment_operations_number', ['project_id', 'number'])
    .execute();
  await db.schema.createIndex('environment_operations_state').on('environment_operations').column('state').execute();
  await db.schema
    .createTable('revision_requests')
    .addColumn('revision_id', 'text', (c) => c.notNull().references('revisions.id').onDelete('cascade'))
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('kind', 'text', (c) => c.notNull())
    .addColumn('requirement', 'text', (c) => c.notNull())
    .addColumn('detail', 'text')
    .addPrimaryKeyConstraint('revision_requests_pk', ['revision_id', 'name'])
    .execute();
  await db.schema
    .createTable('package_index')
    .addColumn('id', 'integer', (c) => c.primaryKey())
    .addColumn('settings', 'text', (c) => c.notNull())
    .execute();
  // What is being made is made on; a revision has an id of the same form.
  await sql`insert into environment_operations
    (id, project_id, number, kind, state, title, change_json, revision_id, makes_revision, created_at, started_at)
    select id, project_id, number, 'create', 'running', 'Make the environment', '{"kind":"create"}', id, 1, created_at, created_at
    from revisions where state = 'building'`.execute(db);
}
