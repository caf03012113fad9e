import type { Kysely } from 'kysely';

/** Limits of users and projects, the room that files take, and announcements. Migrations are never edited once released. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('default_limits')
    .addColumn('whose', 'text', (c) => c.notNull())
    .addColumn('kind', 'text', (c) => c.notNull())
    .addColumn('value', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('default_limits_pk', ['whose', 'kind'])
    .execute();
  for (const [table, owner, owners] of [
    ['user_limits', 'user_id', 'users.id'],
    ['project_limits', 'project_id', 'projects.id'],
  ] as const) {
    await db.schema
      .createTable(table)
      .addColumn(owner, 'text', (c) => c.notNull().references(owners).onDelete('cascade'))
      .addColumn('kind', 'text', (c) => c.notNull())
      .addColumn('value', 'bigint')
      .addPrimaryKeyConstraint(`${table}_pk`, [owner, 'kind'])
      .execute();
  }
  await db.schema
    .createTable('disk_uses')
    .addColumn('project_id', 'text', (c) => c.notNull().references('projects.id').onDelete('cascade'))
    // empty: what the project's members share
    .addColumn('user_id', 'text', (c) => c.notNull())
    .addColumn('bytes', 'bigint', (c) => c.notNull())
    .addColumn('measured_at', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('disk_uses_pk', ['project_id', 'user_id'])
    .execute();
  await db.schema
    .createTable('announcements')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('text', 'text', (c) => c.notNull())
    .addColumn('level', 'text', (c) => c.notNull())
    .addColumn('from_at', 'bigint', (c) => c.notNull())
    .addColumn('until_at', 'bigint')
    .addColumn('at_login', 'integer', (c) => c.notNull())
    .addColumn('author_id', 'text', (c) => c.references('users.id').onDelete('set null'))
    .addColumn('changed_at', 'bigint', (c) => c.notNull())
    .execute();
  await db.schema
    .createTable('dismissed_announcements')
    .addColumn('announcement_id', 'text', (c) => c.notNull().references('announcements.id').onDelete('cascade'))
    .addColumn('user_id', 'text', (c) => c.notNull().references('users.id').onDelete('cascade'))
    .addPrimaryKeyConstraint('dismissed_announcements_pk', ['announcement_id', 'user_id'])
    .execute();
}
