import type { Kysely } from 'kysely';
import { migrate } from '../db/migrate.ts';
import type { Database } from '../db/schema.ts';
import { openSqlite } from '../db/sqlite/open.ts';
import { newId } from '../lib/ids.ts';
import { testPostgres } from './postgres.ts';

/**
 * A migrated database for one test: SQLite in memory, or a database of its own in the PostgreSQL server that the tests have been given, where they run on that
 * (see vitest.config.ts). `await using` closes it, and removes it.
 */
export async function testDatabase(): Promise<{ db: Kysely<Database> } & AsyncDisposable> {
  if (process.env['EMBERLAB_TEST_DATABASE'] === 'postgres') return testPostgres();
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

/** The first revision of a project's environment, ready, with the id `revision1`. */
export async function seedRevision(db: Kysely<Database>, projectId: string): Promise<void> {
  await db
    .insertInto('revisions')
    .values({
      id: 'revision1',
      project_id: projectId,
      number: 1,
      state: 'ready',
      step: null,
      progress: 1,
      problem: null,
      python_version: '3.11.7',
      packages: 1,
      pid: null,
      start_ticks: null,
      created_at: 0,
      ready_at: 0,
    })
    .execute();
}

/** A server that runs, as far as its row says. */
export async function seedServer(
  db: Kysely<Database>,
  server: { id: string; projectId: string; userId: string },
): Promise<void> {
  await db
    .insertInto('servers')
    .values({
      id: server.id,
      project_id: server.projectId,
      user_id: server.userId,
      state: 'running',
      configuration_json: '{}',
      revision_id: null,
      steps_json: '[]',
      problem_json: null,
      pid: null,
      start_ticks: null,
      created_at: 0,
      started_at: null,
      ready_at: null,
      ended_at: null,
    })
    .execute();
}

/** A session that is idle, as far as its row says. */
export async function seedSession(
  db: Kysely<Database>,
  session: { uiId: string; projectId: string; userId: string },
): Promise<void> {
  await db
    .insertInto('sessions')
    .values({
      project_id: session.projectId,
      user_id: session.userId,
      server_id: null,
      kind: 'pyspark',
      name: null,
      notebook: null,
      state: 'idle',
      stop_reason: null,
      request_json: '{}',
      idempotency_key: null,
      secret_digest: '',
      ui_id: session.uiId,
      application_json: null,
      problem: null,
      pid: null,
      start_ticks: null,
      heartbeat_seconds: 0,
      created_at: 0,
      ready_at: null,
      ended_at: null,
    })
    .execute();
}
