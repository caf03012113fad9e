import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { sql, type Kysely } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readConfig, type Config } from '../config.ts';
import { migrate } from '../db/migrate.ts';
import type { Database } from '../db/schema.ts';
import { openSqlite } from '../db/sqlite/open.ts';
import { createAccountStore } from '../identities/unix/store.ts';
import { fakeClock } from '../lib/clock.fake.ts';
import { claimDataFolder } from '../supervise/claim.ts';
import { seedProject, seedRevision, seedUser } from '../testing/database.ts';
import { makeBackup } from './backup.ts';
import { checkBackup } from './check.ts';
import { moveDatabase } from './move.ts';
import { restoreBackup } from './restore.ts';

describe('a backup', () => {
  const clock = fakeClock();
  let folder: string;
  let config: Config;
  let other: Config;
  let db: Kysely<Database>;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'emberlab-backup-'));
    const data = (name: string) => readConfig({ EMBERLAB_DATA: join(folder, name) });
    config = data('data');
    other = data('other');
    const project = join(config.paths.projects, 'demo');
    mkdirSync(join(project, 'Jupyter'), { recursive: true });
    writeFileSync(join(project, 'Jupyter', 'a\nb ü.ipynb'), 'cells');
    writeFileSync(join(project, 'run.sh'), 'echo');
    chmodSync(join(project, 'run.sh'), 0o750);
    symlinkSync('run.sh', join(project, 'link'));
    symlinkSync('..', join(project, 'Jupyter', 'around'));
    writeFileSync(config.paths.secretsKey, 'key', { mode: 0o600 });
    writeFileSync(join(config.dataDir, 'emberlab.toml'), 'port = 9000\n');
    db = openSqlite(config.paths.database);
    await migrate(db);
    const userId = await seedUser(db);
    await seedRevision(db, await seedProject(db, userId, 'demo'));
    await db.updateTable('environments').set({ current_revision_id: 'revision1' }).execute();
    const login = { user_id: userId, created_at: 0, last_seen_at: 0, expires_at: 1e15 };
    await db
      .insertInto('logins')
      .values({ digest: 'login', ...login })
      .execute();
  });
  afterEach(async () => {
    await db.destroy();
    rmSync(folder, { recursive: true });
  });

  const backup = () => join(folder, 'backup');
  const make = () => makeBackup(config, backup(), clock);
  /** Everything below a path: modes, contents and where links lead. */
  const tree = (root: string) =>
    readdirSync(root, { recursive: true, withFileTypes: true })
      .map(({ parentPath, name }) => relative(root, join(parentPath, name)))
      .toSorted()
      .map((path) => {
        const found = lstatSync(join(root, path));
        if (found.isSymbolicLink()) return [path, readlinkSync(join(root, path))];
        const mode = (found.mode & 0o777).toString(8);
        return found.isFile() ? [path, mode, readFileSync(join(root, path), 'utf8')] : [path, mode];
      });

  it('is made while the database is in use, and brings everything back into another folder', async () => {
    await db.updateTable('users').set({ name: 'written a moment before' }).execute();
    const { manifest, changed } = await make();
    expect(changed).toBe(false);
    expect(manifest.rows).toMatchObject({ users: 1, projects: 1, members: 1 });
    expect(manifest.files.map(({ name }) => name)).toEqual([
      'emberlab.db',
      'secrets.key',
      'emberlab.toml',
      'projects.tar',
    ]);
    await db.updateTable('users').set({ name: 'written after it' }).execute();
    await restoreBackup(other, backup(), clock);
    expect(tree(other.paths.projects)).toEqual(tree(config.paths.projects));
    expect(readFileSync(other.paths.secretsKey, 'utf8')).toBe('key');
    expect(readdirSync(other.dataDir).toSorted()).toEqual([
      'emberlab.db',
      'emberlab.toml',
      'projects',
      'run',
      'secrets.key',
    ]);
    for (const file of [other.paths.database, other.paths.secretsKey]) {
      expect((lstatSync(file).mode & 0o077).toString(8)).toBe('0');
    }
    const restored = openSqlite(other.paths.database);
    expect(await restored.selectFrom('users').select('name').execute()).toEqual([{ name: 'written a moment before' }]);
    await restored.destroy();
  });

  it('is for its owner alone, and is not changed by looking at it', async () => {
    await make();
    expect((lstatSync(backup()).mode & 0o777).toString(8)).toBe('700');
    for (const name of readdirSync(backup())) chmodSync(join(backup(), name), 0o400);
    const before = tree(backup()).length;
    await checkBackup(backup());
    expect(tree(backup())).toHaveLength(before);
    await checkBackup(backup());
  });

  it('ends all logins, has environments built anew, and is in the audit log, when it is brought back', async () => {
    await make();
    await restoreBackup(other, backup(), clock);
    const restored = openSqlite(other.paths.database);
    expect(await restored.selectFrom('logins').selectAll().execute()).toEqual([]);
    expect(await restored.selectFrom('environments').select('current_revision_id').execute()).toEqual([
      { current_revision_id: null },
    ]);
    expect(await restored.selectFrom('revisions').select(['number', 'state']).orderBy('number').execute()).toEqual([
      { number: 1, state: 'failed' },
      { number: 2, state: 'building' },
    ]);
    expect(await restored.selectFrom('audit_events').select(['action', 'via']).execute()).toEqual([
      { action: 'platform.restore', via: 'command-line' },
    ]);
    await restored.destroy();
  });

  it.each<[string, () => void, string]>([
    ['a file that is missing', () => rmSync(join(backup(), 'secrets.key')), 'The backup is not whole'],
    ['files that are cut short', () => truncateSync(join(backup(), 'projects.tar'), 1024), 'is not what was written'],
    [
      'a bit that has turned over',
      () => {
        const file = join(backup(), 'emberlab.db');
        const bytes = readFileSync(file);
        bytes[5000] = (bytes[5000] ?? 0) ^ 1;
        writeFileSync(file, bytes);
      },
      'The backup is damaged',
    ],
    ['no manifest', () => rmSync(join(backup(), 'manifest.json')), 'is no backup of Emberlab'],
    ['half a manifest', () => truncateSync(join(backup(), 'manifest.json'), 50), "can't be understood"],
  ])('with %s is found out, and not brought back', async (_what, damage, sentence) => {
    await make();
    damage();
    await expect(checkBackup(backup())).rejects.toThrow(sentence);
    await expect(restoreBackup(other, backup(), clock)).rejects.toThrow(sentence);
    expect(existsSync(other.paths.database)).toBe(false);
  });

  it('is not made of a project whose files are missing, and leaves nothing half made', async () => {
    rmSync(join(config.paths.projects, 'demo'), { recursive: true });
    await expect(make()).rejects.toThrow('there are no files of the project demo');
    expect(readdirSync(folder)).toEqual(['data']);
  });

  it('takes no place that has something, or that it would hold itself', async () => {
    mkdirSync(backup());
    await expect(make()).rejects.toThrow('is there already');
    await expect(makeBackup(config, join(config.paths.projects, 'demo', 'b'), clock)).rejects.toThrow('hold itself');
    await expect(makeBackup(other, join(folder, 'b'), clock)).rejects.toThrow('There is no Emberlab in');
  });

  it('is brought back into an empty folder only, and not while Emberlab runs there', async () => {
    await make();
    await expect(restoreBackup(config, backup(), clock)).rejects.toThrow('is not empty (emberlab.db');
    const release = await claimDataFolder(other);
    await expect(restoreBackup(other, backup(), clock)).rejects.toThrow('Emberlab runs already');
    await release();
    mkdirSync(other.paths.tools);
    await restoreBackup(other, backup(), clock);
    expect(existsSync(other.paths.database)).toBe(true);
  });

  it('of a newer version is for that one to bring back', async () => {
    await sql`insert into kysely_migration (name, timestamp) values ('9999-future', '')`.execute(db);
    await make();
    await expect(restoreBackup(other, backup(), clock)).rejects.toThrow('is newer than this one');
  });

  it('whose database was put in place of another is found out', async () => {
    await make();
    const file = join(backup(), 'manifest.json');
    const manifest = JSON.parse(readFileSync(file, 'utf8')) as { rows: object };
    writeFileSync(file, JSON.stringify({ ...manifest, rows: { ...manifest.rows, users: 7 } }));
    await expect(restoreBackup(other, backup(), clock)).rejects.toThrow('is not the one that its manifest tells of');
  });

  it('of a database that others went on without is moved without what may have ended since, and with new numbers', async () => {
    const number = async (of: Kysely<Database>) => {
      const account = { kind: 'guest', projectId: 'p', userId: '' } as const;
      return (await createAccountStore(of).insert(account, 0)).unixId;
    };
    expect(await number(db)).toBe(1);
    await db.insertInto('set_up_links').values({ digest: 'link', created_at: 0, expires_at: 1e15 }).execute();
    await db.destroy();
    const old = join(folder, 'old.db');
    renameSync(config.paths.database, old);
    await moveDatabase(config, old, clock);
    const moved = openSqlite(config.paths.database);
    for (const table of ['logins', 'set_up_links'] as const) {
      expect(await moved.selectFrom(table).selectAll().execute()).toEqual([]);
    }
    expect(await moved.selectFrom('users').select('email').execute()).toHaveLength(1);
    await moved.deleteFrom('unix_accounts').execute();
    expect(await number(moved)).toBeGreaterThan(1000);
    await moved.destroy();
    db = openSqlite(old);
  });
});
