import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Kysely } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readConfig, type Config } from '../config.ts';
import { migrate } from '../db/migrate.ts';
import { openDatabase } from '../db/open.ts';
import type { Database } from '../db/schema.ts';
import { tablesInOrder } from '../db/tables.ts';
import { fakeClock } from '../lib/clock.fake.ts';
import { seedProject, seedUser } from '../testing/database.ts';
import { emptyPostgres } from '../testing/postgres.ts';
import { makeBackup } from './backup.ts';
import { checkBackup } from './check.ts';
import { checkDatabase } from './checks/database.ts';
import { moveDatabase } from './move.ts';
import { restoreBackup } from './restore.ts';

const password = 'hunter22';

describe('with PostgreSQL', () => {
  const clock = fakeClock();
  let folder: string;
  let stack: AsyncDisposableStack;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'emberlab-postgres-backup-'));
    stack = new AsyncDisposableStack();
    stack.defer(() => rmSync(folder, { recursive: true }));
  });
  afterEach(() => stack.disposeAsync());

  /** Settings with a data folder of their own, and an empty database where it is PostgreSQL. */
  async function settings(name: string, kind: 'postgres' | 'sqlite'): Promise<Config> {
    const env: Record<string, string> = { EMBERLAB_DATA: join(folder, name) };
    if (kind === 'postgres') {
      const url = new URL(stack.use(await emptyPostgres()).url);
      url.password = password;
      env['EMBERLAB_DATABASE_URL'] = url.href;
    }
    return readConfig(env);
  }
  async function open(config: Config): Promise<Kysely<Database>> {
    const db = await openDatabase(config);
    stack.defer(() => db.destroy());
    return db;
  }
  /** A platform with a project and somebody who is logged in. */
  async function fill(config: Config): Promise<Kysely<Database>> {
    mkdirSync(join(config.paths.projects, 'demo'), { recursive: true });
    writeFileSync(join(config.paths.projects, 'demo', 'a.txt'), 'cells');
    writeFileSync(config.paths.secretsKey, 'key', { mode: 0o600 });
    const db = await open(config);
    await migrate(db);
    const userId = await seedUser(db);
    await seedProject(db, userId);
    const login = { user_id: userId, created_at: 0, last_seen_at: 0, expires_at: 1e15 };
    await db
      .insertInto('logins')
      .values({ digest: 'login', ...login })
      .execute();
    return db;
  }
  const emails = (db: Kysely<Database>) => db.selectFrom('users').select('email').execute();

  it.each([
    ['postgres', 'postgres'],
    ['postgres', 'sqlite'],
    ['sqlite', 'postgres'],
  ] as const)('a backup of %s is brought back into %s', async (from, into) => {
    const config = await settings('data', from);
    await fill(config);
    const named = config.databaseUrl === null ? 'postgres://elsewhere/x' : config.databaseUrl;
    writeFileSync(join(config.dataDir, 'emberlab.toml'), `port = 9000\ndatabase_url = ${JSON.stringify(named)}\n`);
    const backup = join(folder, 'backup');
    const { manifest } = await makeBackup(config, backup, clock);
    expect(manifest.rows).toMatchObject({ users: 1, projects: 1, members: 1 });
    const other = await settings('other', into);
    await restoreBackup(other, backup, clock);
    expect(readFileSync(join(other.paths.projects, 'demo', 'a.txt'), 'utf8')).toBe('cells');
    const restored = await open(other);
    expect(await emails(restored)).toEqual([{ email: 'ada@example.org' }]);
    expect(await restored.selectFrom('logins').selectAll().execute()).toEqual([]);
    expect(await restored.selectFrom('audit_events').select('action').execute()).toEqual([
      { action: 'platform.restore' },
    ]);
    // The settings lead to what was restored, and not to what the backup was made of.
    expect(existsSync(other.paths.database)).toBe(into === 'sqlite');
    const again = readConfig({ EMBERLAB_DATA: other.dataDir });
    expect(again.databaseUrl).toBe(other.databaseUrl);
    expect(again.port).toBe(9000);
  });

  it('a backup is not brought into a database that has something, and one that is damaged into none', async () => {
    const config = await settings('data', 'postgres');
    const db = await fill(config);
    const backup = join(folder, 'backup');
    await makeBackup(config, backup, clock);
    const other = readConfig({ EMBERLAB_DATA: join(folder, 'other'), EMBERLAB_DATABASE_URL: config.databaseUrl ?? '' });
    await expect(restoreBackup(other, backup, clock)).rejects.toThrow('has tables already');
    expect(await emails(db)).toEqual([{ email: 'ada@example.org' }]);
    expect(existsSync(other.paths.projects)).toBe(false);
    const file = join(backup, 'database.jsonl');
    writeFileSync(file, readFileSync(file, 'utf8').replace('ada@', 'eve@'));
    await expect(checkBackup(backup)).rejects.toThrow('The backup is damaged');
    const third = await settings('third', 'postgres');
    await expect(restoreBackup(third, backup, clock)).rejects.toThrow('The backup is damaged');
    expect(await tablesInOrder(await open(third))).toEqual([]);
  });

  it('what is in SQLite is moved, with its logins, and stays where it was', async () => {
    await fill(await settings('data', 'sqlite'));
    const config = { ...(await settings('data', 'postgres')) };
    const before = readFileSync(config.paths.database);
    const moved = await moveDatabase(config, null, clock);
    expect(moved.source).toBe(config.paths.database);
    const db = await open(config);
    expect(await emails(db)).toEqual([{ email: 'ada@example.org' }]);
    expect(await db.selectFrom('logins').select('digest').execute()).toEqual([{ digest: 'login' }]);
    expect(await db.selectFrom('audit_events').select(['action', 'via']).execute()).toEqual([
      { action: 'platform.move', via: 'command-line' },
    ]);
    expect(readFileSync(config.paths.database).equals(before)).toBe(true);
    await expect(moveDatabase(config, null, clock)).rejects.toThrow('has tables already');
    const nowhere = readConfig({ EMBERLAB_DATA: config.dataDir });
    await expect(moveDatabase(nowhere, null, clock)).rejects.toThrow('EMBERLAB_DATABASE_URL');
  });

  it('the doctor says what there is, and what is in the way, without the password', async () => {
    const config = await settings('data', 'postgres');
    const found = () => checkDatabase(config, 0);
    expect(await found()).toMatchObject([
      { about: 'PostgreSQL', state: 'ok' },
      { state: 'warning', text: 'The database is empty.' },
    ]);
    await fill(config);
    expect(await found()).toMatchObject([{ state: 'ok' }, { state: 'ok' }, { about: 'Clock', state: 'ok' }]);
    const url = new URL(config.databaseUrl ?? '');
    url.pathname = '/absent';
    const absent = await checkDatabase({ ...config, databaseUrl: url.href }, 0);
    expect(absent).toMatchObject([{ state: 'problem' }]);
    expect(JSON.stringify(absent)).toContain('There is no such database');
    expect(JSON.stringify(absent)).not.toContain(password);
  });
});
