import type { Kysely } from 'kysely';
import { migrate } from '../db/migrate.ts';
import type { Database } from '../db/schema.ts';
import { openSqlite } from '../db/sqlite/open.ts';
import { newId } from '../lib/ids.ts';

/** A migrated database in memory for one test; `await using` closes it. */
export async function testDatabase(): Promise<{ db: Kysely<Database> } & AsyncDisposable> {
  const db = openSqlite(':memory:');
  await migrate(db);
  return { db, [Symbol.asyncDispose]: () => db.destroy() };
}

/** A user who can't log in: for tests in which somebody has to be there. */
export async function seedUser(db: Kysely<Database>, email = 'ada@example.org'): Promise<string> {
  const id = newId();
  await db
    .insertInto('users')
    .values({ id, email, name: 'Ada', password_hash: '', admin: 0, created_at: 0, disabled_at: null })
    .execute();
  return id;
}

/** A project with one owner. */
export async function seedProject(db: Kysely<Database>, ownerId: string, name = 'demo'): Promise<string> {
  const id = newId();
  await db.insertInto('projects').values({ id, name, label: name, created_at: 0, last_activity_at: 0 }).execute();
  await db.insertInto('members').values({ project_id: id, user_id: ownerId, role: 'owner', since: 0 }).execute();
  return id;
}
