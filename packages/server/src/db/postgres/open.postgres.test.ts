import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { readConfig } from '../../config.ts';
import type { HttpError } from '../../http/errors.ts';
import { fakeClock } from '../../lib/clock.fake.ts';
import { emptyPostgres } from '../../testing/postgres.ts';
import { seedUser, testDatabase } from '../../testing/database.ts';
import { upgradeDatabase, withDatabase } from '../upgrade.ts';
import { openPostgres } from './open.ts';

describe('a database of PostgreSQL', () => {
  it('gives times, counts and sums as numbers, and none that JavaScript would round', async () => {
    await using open = await testDatabase();
    const { rows } = await sql`
      select 9007199254740991::bigint as most, count(*) as count, sum(n::bigint) as sum, avg(n) as mean
      from (values (1), (2)) as list (n)`.execute(open.db);
    expect(rows).toEqual([{ most: Number.MAX_SAFE_INTEGER, count: 2, sum: 3, mean: 1.5 }]);
    await expect(sql`select 9007199254740993::bigint as n`.execute(open.db)).rejects.toThrow('too large');
  });

  it('finds nothing in a list without anything', async () => {
    await using open = await testDatabase();
    await seedUser(open.db);
    const users = () => open.db.selectFrom('users').select('email');
    expect(await users().where('id', 'in', []).execute()).toEqual([]);
    expect(await users().where('id', 'not in', []).execute()).toHaveLength(1);
  });

  it('takes every text that people can send', async () => {
    await using open = await testDatabase();
    const id = await seedUser(open.db);
    const name = 'a\0b \u2028 \u{1F9EA} \u202E ‘;--’';
    await open.db.updateTable('users').set({ name }).where('id', '=', id).execute();
    const row = await open.db.selectFrom('users').select('name').executeTakeFirst();
    expect(row?.name).toBe(name.replace('\0', '\uFFFD'));
  });

  it('is connected to anew after its server has cut everybody off', async () => {
    await using made = await emptyPostgres();
    const told: unknown[] = [];
    const options = { url: made.url, connections: 3, statementMs: 10_000 };
    const db = openPostgres({ ...options, onAway: (reason) => told.push(reason) });
    const other = openPostgres(options);
    const ask = () => sql<{ n: number }>`select 1 as n`.execute(db);
    await ask();
    const cut = () =>
      sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`.execute(
        other,
      );
    await cut();
    // The connection that nobody uses breaks, without anybody asking.
    await expect.poll(() => told.length).toBe(1);
    expect((await ask()).rows).toEqual([{ n: 1 }]);
    expect(told).toEqual([expect.any(String), null]);
    // One that is used fails what it does, and nothing else.
    const refused = sql`select pg_sleep(60)`.execute(db).catch((error: unknown) => error);
    const busy = () =>
      sql<{ n: number }>`select count(*) as n from pg_stat_activity where query like 'select pg_sleep%'`.execute(other);
    await expect.poll(async () => (await busy()).rows[0]?.n).toBeGreaterThan(0);
    await cut();
    expect(await refused).toMatchObject({ code: 'database_away' } satisfies Partial<HttpError>);
    expect((await ask()).rows).toEqual([{ n: 1 }]);
    await db.destroy();
    await other.destroy();
  });

  it('is waited for at a start, for as long as it may take', async () => {
    await using made = await emptyPostgres();
    const folder = mkdtempSync(join(tmpdir(), 'emberlab-socket-'));
    const url = new URL(made.url);
    const socket = join(url.searchParams.get('host') ?? '', '.s.PGSQL.5432');
    url.searchParams.set('host', folder);
    const config = readConfig({ EMBERLAB_DATA: folder, EMBERLAB_DATABASE_URL: url.href });
    const clock = fakeClock();
    const letPass = async (done: Promise<unknown>) => {
      const state = { over: false };
      void done.finally(() => (state.over = true)).catch(() => undefined);
      while (!state.over) {
        clock.advance(1000);
        await new Promise(setImmediate);
      }
      return done;
    };
    await expect(letPass(upgradeDatabase(config, clock, 5000))).rejects.toThrow("can't be reached");
    const begun = clock.steady();
    const upgraded = upgradeDatabase(config, clock, 1e9);
    setImmediate(() => symlinkSync(socket, join(folder, '.s.PGSQL.5432')));
    expect(await letPass(upgraded)).toEqual({ copy: null });
    expect(clock.steady()).toBeGreaterThan(begun);
    rmSync(folder, { recursive: true });
  });

  it.each<[string, (url: URL) => void, string]>([
    ['is not there', (url) => (url.pathname = '/absent'), 'There is no such database at'],
    ['has a server that does not run', (url) => (url.search = '?host=/nowhere'), "can't be reached"],
    ['knows no such user', (url) => (url.username = 'mallory'), 'refuses the user or the password'],
  ])('that %s is named in a sentence, without the password', async (_what, change, sentence) => {
    await using made = await emptyPostgres();
    const url = new URL(made.url);
    url.password = 'hunter22';
    change(url);
    const config = readConfig({ EMBERLAB_DATA: '/nowhere', EMBERLAB_DATABASE_URL: url.href });
    const failed = await withDatabase(config, (db) => sql`select 1`.execute(db)).catch((error: unknown) => error);
    expect(failed).toMatchObject({ name: 'FatalError', message: expect.stringContaining(sentence) as string });
    expect(String(failed)).not.toContain('hunter22');
  });
});
