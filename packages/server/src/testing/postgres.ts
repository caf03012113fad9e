import { randomBytes } from 'node:crypto';
import { sql, type Kysely } from 'kysely';
import { migrate } from '../db/migrate.ts';
import { openPostgres } from '../db/postgres/open.ts';
import type { Database } from '../db/schema.ts';
import { numberedColumns, tablesInOrder } from '../db/tables.ts';

/** The server that the tests have been given, by `scripts/with-postgres.ts`; undefined: none. */
const postgresUrl = process.env['EMBERLAB_TEST_POSTGRES'];

const template = 'emberlab_template';

/** The address of another database of the same server. */
function postgresDatabase(name: string): string {
  if (postgresUrl === undefined)
    throw new Error('there is no PostgreSQL: please run the tests by scripts/with-postgres.ts');
  const url = new URL(postgresUrl);
  url.pathname = `/${name}`;
  return url.href;
}

const open = (name: string) => openPostgres({ url: postgresDatabase(name), connections: 5, statementMs: 30_000 });

/** Of vitest's main process: makes what each test's database is a copy of. */
export async function setup(): Promise<void> {
  await withServer((server) => sql`create database ${sql.id(template)}`.execute(server));
  const db = open(template);
  await migrate(db);
  await db.destroy();
}

/** An empty database of the server, without a table; `await using` removes it. */
export async function emptyPostgres(): Promise<{ url: string } & AsyncDisposable> {
  const name = await copyOf('template0');
  return {
    url: postgresDatabase(name),
    async [Symbol.asyncDispose]() {
      await withServer((server) => sql`drop database ${sql.id(name)} with (force)`.execute(server));
    },
  };
}

/** Databases of tests that have ended: emptied one is sooner had than made. */
const used: string[] = [];

/** A migrated one, whose tables stay as they are made; `await using` closes it. It goes with the server. */
export async function testPostgres(): Promise<{ db: Kysely<Database> } & AsyncDisposable> {
  const former = used.pop();
  const name = former ?? (await copyOf(template));
  const db = open(name);
  if (former !== undefined) await empty(db);
  return {
    db,
    async [Symbol.asyncDispose]() {
      await db.destroy();
      used.push(name);
    },
  };
}

/** Removes all rows, past the triggers, and begins all numbers anew. */
async function empty(db: Kysely<Database>): Promise<void> {
  const deletes = (await tablesInOrder(db)).map((table) => `delete from "${table}"`);
  const numbers = [...(await numberedColumns(db))].map(
    ([table, column]) => `alter table "${table}" alter column "${column}" restart`,
  );
  const steps = [
    'set session_replication_role = replica',
    ...deletes,
    ...numbers,
    'set session_replication_role = default',
  ];
  await sql.raw(steps.join(';')).execute(db);
}

async function copyOf(from: string): Promise<string> {
  const name = `test_${randomBytes(8).toString('hex')}`;
  await withServer((server) => sql`create database ${sql.id(name)} template ${sql.id(from)}`.execute(server));
  return name;
}

async function withServer(act: (server: Kysely<Database>) => Promise<unknown>): Promise<void> {
  const server = open('postgres');
  try {
    await act(server);
  } finally {
    await server.destroy();
  }
}
