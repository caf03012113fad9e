import { sql, type Kysely } from 'kysely';

/** Projects that are archived or being deleted, invitations, and the membership that opened pages rest on. Migrations are never edited once released. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const [name, type] of [
    ['archived_at', 'bigint'],
    ['deleting_at', 'bigint'],
    ['deletion_step', 'text'],
    ['deletion_problem', 'text'],
  ] as const) {
    await db.schema.alterTable('projects').addColumn(name, type).execute();
  }
  await db.schema
    .createTable('invitations')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('digest', 'text', (c) => c.notNull().unique())
    .addColumn('project_id', 'text', (c) => c.notNull().references('projects.id').onDelete('cascade'))
    .addColumn('role', 'text', (c) => c.notNull())
    .addColumn('email', 'text')
    .addColumn('created_by', 'text', (c) => c.notNull().references('users.id').onDelete('cascade'))
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('expires_at', 'bigint', (c) => c.notNull())
    .addColumn('uses', 'integer', (c) => c.notNull())
    .addColumn('max_uses', 'integer', (c) => c.notNull())
    .execute();
  await db.schema.createIndex('invitations_project').on('invitations').column('project_id').execute();
  await db.schema
    .createTable('former_members')
    .addColumn('project_id', 'text', (c) => c.notNull().references('projects.id').onDelete('cascade'))
    .addColumn('user_id', 'text', (c) => c.notNull().references('users.id').onDelete('cascade'))
    .addColumn('left_at', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('former_members_pk', ['project_id', 'user_id'])
    .execute();
  for (const table of ['tickets', 'grants']) {
    await db.schema
      .alterTable(table)
      .addColumn('project_id', 'text', (c) => c.references('projects.id').onDelete('cascade'))
      .execute();
    await db.schema.alterTable(table).addColumn('role', 'text').execute();
    // What is open stays so, behind the right that it would be opened with now.
    await sql`update ${sql.table(table)} set
      role = case when exists (select 1 from servers where servers.id = target_id) then 'editor'
        when exists (select 1 from sessions where ui_id = target_id and sessions.user_id = ${sql.table(table)}.user_id) then 'viewer'
        else 'owner' end,
      project_id = coalesce((select project_id from servers where servers.id = target_id),
        (select project_id from sessions where ui_id = target_id))`.execute(db);
  }
}
