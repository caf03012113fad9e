import { sql, type Kysely } from 'kysely';

/** Logins that their users see and end; wrong passwords counted; tokens that may do a part only; accounts for programs. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('users')
    .addColumn('kind', 'text', (c) => c.notNull().defaultTo('person'))
    .execute();
  await db.schema.alterTable('logins').addColumn('id', 'text').execute();
  await db.schema.alterTable('logins').addColumn('ends_at', 'bigint').execute();
  await db.schema.alterTable('logins').addColumn('address', 'text').execute();
  await db.schema.alterTable('logins').addColumn('user_agent', 'text').execute();
  await sql`update logins set id = substr(digest, 1, 20), ends_at = expires_at`.execute(db);
  await db.schema.createIndex('logins_user').on('logins').column('user_id').execute();
  await db.schema
    .createTable('login_failures')
    .addColumn('key', 'text', (c) => c.primaryKey())
    .addColumn('count', 'integer', (c) => c.notNull())
    .addColumn('until', 'bigint', (c) => c.notNull())
    .execute();
  await db.schema.alterTable('tokens').addColumn('scopes_json', 'text').execute();
  await db.schema.alterTable('tokens').addColumn('projects_json', 'text').execute();
}
