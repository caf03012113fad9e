import { sql, type Kysely } from 'kysely';
import { describe, expect, it } from 'vitest';
import { emptyPostgres } from '../testing/postgres.ts';
import { migrate, migrationNames } from './migrate.ts';
import { openPostgres } from './postgres/open.ts';
import type { Database } from './schema.ts';
import { openSqlite } from './sqlite/open.ts';
import { appliedMigrations, upgrade } from './upgrade.ts';

async function open() {
  const stack = new AsyncDisposableStack();
  const { url } = stack.use(await emptyPostgres());
  const connect = () => {
    const db = openPostgres({ url, connections: 3, statementMs: null });
    stack.defer(() => db.destroy());
    return db;
  };
  return { connect, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

/** Every column of every table, and what may not be twice. */
async function shape(db: Kysely<Database>) {
  const tables = await db.introspection.getTables();
  const columns = tables
    .filter(({ isView }) => !isView)
    .flatMap((table) => table.columns.map((column) => `${table.name}.${column.name}`));
  return columns.toSorted();
}

describe('migrations', () => {
  it('are true of both databases, one after the other, and make the same tables', async () => {
    await using it = await open();
    const db = it.connect();
    const sqlite = openSqlite(':memory:');
    for (const name of migrationNames) {
      await migrate(db, name);
      await migrate(sqlite, name);
      expect((await appliedMigrations(db)).at(-1)).toBe(name);
      expect(await shape(db)).toEqual(await shape(sqlite));
    }
    await sqlite.destroy();
  });

  it('have the same uniqueness and the same references in both', async () => {
    await using it = await open();
    const db = it.connect();
    const sqlite = openSqlite(':memory:');
    await migrate(db);
    await migrate(sqlite);
    const ofPostgres = await sql<{ word: string }>`
      select c.relname || ' ' || i.indkey::text || ' ' || (i.indpred is not null) as word
      from pg_index i join pg_class c on c.oid = i.indrelid join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = current_schema() and i.indisunique and c.relname not like 'kysely%'`.execute(db);
    const ofSqlite = await sql<{ name: string; ids: string; partial: number }>`
      select m.name, l.partial, (select group_concat(cid + 1, ' ') from pragma_index_info(l.name)) as ids
      from sqlite_master m join pragma_index_list(m.name) l
      where m.type = 'table' and l."unique" = 1 and m.name not like 'kysely%'`.execute(sqlite);
    // A table's own number is a key in SQLite without an index.
    const numbered = await sql<{ name: string }>`select name from sqlite_sequence
      union select name from sqlite_master where type = 'table' and sql like '%" integer primary key%'
      union select 'history_servers' union select 'program_histories' union select 'audit_cuts'
      union select 'execution_executors' union select 'alert_kept_rules'`.execute(sqlite);
    const plain = ofSqlite.rows.map(({ name, ids, partial }) => `${name} ${ids} ${partial === 1}`);
    const expected = new Set([...plain, ...numbered.rows.map(({ name }) => `${name} 1 false`)]);
    expect(new Set(ofPostgres.rows.map(({ word }) => word))).toEqual(expected);
    await sqlite.destroy();
  });

  it('are made once by two processes that begin together', async () => {
    await using it = await open();
    await Promise.all([migrate(it.connect()), migrate(it.connect())]);
    expect(await appliedMigrations(it.connect())).toEqual(migrationNames);
  });

  it('are not begun in a database that is something else’s', async () => {
    await using it = await open();
    const db = it.connect();
    await sql`create table orders (id integer)`.execute(db);
    await expect(upgrade(db, '/nowhere', 0)).rejects.toThrow('has tables of something else (orders)');
    expect(await appliedMigrations(db)).toEqual([]);
  });

  it('keep the audit log from being changed, shortened or emptied', async () => {
    await using it = await open();
    const db = it.connect();
    await migrate(db);
    const event = { action: 'x', via: 'platform', outcome: 'done' } as const;
    await db
      .insertInto('audit_events')
      .values([
        { ...event, at: 5 },
        { ...event, at: 50 },
      ] as never)
      .execute();
    await expect(db.updateTable('audit_events').set({ action: 'y' }).execute()).rejects.toThrow('is not changed');
    await expect(db.deleteFrom('audit_events').execute()).rejects.toThrow('is not changed');
    await expect(sql`truncate audit_events`.execute(db)).rejects.toThrow('is not changed');
    await db.insertInto('audit_cuts').values({ before: 10, at: 60 }).execute();
    await db.deleteFrom('audit_events').where('at', '<', 10).execute();
    await expect(db.deleteFrom('audit_events').execute()).rejects.toThrow('is not changed');
    await expect(db.deleteFrom('audit_cuts').execute()).rejects.toThrow('is not changed');
    expect(await db.selectFrom('audit_events').select('at').execute()).toEqual([{ at: 50 }]);
  });
});
