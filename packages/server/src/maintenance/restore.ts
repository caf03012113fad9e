import { existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { execa } from 'execa';
import type { Kysely } from 'kysely';
import type { Config } from '../config.ts';
import { fillDatabase, vacate } from '../db/fill.ts';
import { migrate } from '../db/migrate.ts';
import type { Database } from '../db/schema.ts';
import { openSqlite } from '../db/sqlite/open.ts';
import { unknownMigrations, withDatabase } from '../db/upgrade.ts';
import type { Clock } from '../lib/clock.ts';
import { checkDataFolder } from '../setup/preflight.ts';
import { claimDataFolder } from '../supervise/claim.ts';
import { FatalError } from '../supervise/messages.ts';
import { unpack } from './archive.ts';
import { checkBackup } from './check.ts';
import { contentOf } from './copy.ts';
import { backupFiles, databaseOf, type Manifest } from './manifest.ts';
import { settle } from './settle.ts';
import { withDatabaseUrl } from './settings-file.ts';

/** What may lie in a data folder that is empty otherwise: nothing of it is anybody's. */
const nobodys: ReadonlySet<string> = new Set(['tools', 'logs', 'run', 'upgrades']);

/**
 * Brings a backup back into an empty data folder: checks it, unpacks it beside, and puts it in place with the database last, so that what was broken off is
 * no platform. Everybody has to log in again, and environments are built anew. Throws a `FatalError` that says what is in the way.
 */
export async function restoreBackup(
  config: Config,
  source: string,
  clock: Clock,
): Promise<{ manifest: Manifest; entries: number }> {
  const folder = resolve(source);
  const { manifest, entries } = await checkBackup(folder);
  const unknown = unknownMigrations(manifest.migrations);
  if (unknown.length > 0) {
    throw new FatalError(
      `The backup is of Emberlab ${manifest.emberlab}, which is newer than this one. Please restore it with that version.`,
    );
  }
  await checkDataFolder(config.dataDir, false);
  const release = await claimDataFolder(config);
  const part = join(config.dataDir, '.restore');
  try {
    await rm(part, { recursive: true, force: true });
    await checkEmpty(config);
    await mkdir(part, { mode: 0o700 });
    const has = (name: string) => manifest.files.some((file) => file.name === name);
    if (has(backupFiles.projects)) await unpack(join(folder, backupFiles.projects), part);
    const found = await countEntries(join(part, basename(config.paths.projects)));
    if (found !== entries) {
      throw new FatalError(
        `Of ${entries} files and folders only ${found} could be unpacked. Is there room on the disk?`,
      );
    }
    if (has(backupFiles.secretsKey)) {
      await copyFile(join(folder, backupFiles.secretsKey), join(part, backupFiles.secretsKey));
    }
    if (has(backupFiles.settings)) {
      const text = await readFile(join(folder, backupFiles.settings), 'utf8');
      await writeFile(join(part, backupFiles.settings), withDatabaseUrl(text, config.databaseUrl), { mode: 0o600 });
    }
    await restoreDatabase(config, join(folder, databaseOf(manifest)), {
      file: join(part, backupFiles.database),
      settle: (db) => settle(db, manifest, { clock, ids: config.unixIds }),
      async putFiles() {
        for (const name of [basename(config.paths.projects), backupFiles.secretsKey, backupFiles.settings]) {
          if (existsSync(join(part, name))) await rename(join(part, name), join(config.dataDir, name));
        }
      },
    });
    return { manifest, entries };
  } finally {
    await rm(part, { recursive: true, force: true });
    await release();
  }
}

type Steps = {
  /** where a file of SQLite is made before it is put in its place */
  readonly file: string;
  readonly settle: (db: Kysely<Database>) => Promise<void>;
  readonly putFiles: () => Promise<void>;
};

/** Brings a copy of a database into that of the settings. A file of SQLite comes last: with it the folder is one of Emberlab. */
async function restoreDatabase(
  config: Config,
  source: string,
  { file, settle: settled, putFiles }: Steps,
): Promise<void> {
  if (config.databaseUrl !== null) {
    await withDatabase(config, async (db) => {
      await fillDatabase(db, contentOf(source));
      try {
        await settled(db);
        await putFiles();
      } catch (error) {
        await vacate(db);
        throw error;
      }
    });
    return;
  }
  const isSqlite = basename(source) === backupFiles.database;
  if (isSqlite) await copyFile(source, file);
  const db = openSqlite(file);
  try {
    if (isSqlite) await migrate(db);
    else await fillDatabase(db, contentOf(source));
    await settled(db);
  } finally {
    await db.destroy();
  }
  await putFiles();
  await rename(file, config.paths.database);
}

async function checkEmpty(config: Config): Promise<void> {
  const there = (await readdir(config.dataDir)).filter((name) => !nobodys.has(name));
  if (there.length === 0) return;
  throw new FatalError(
    `The data folder ${config.dataDir} is not empty (${there.slice(0, 5).join(', ')}). A backup is restored into an empty one: please move that away, or name another with --data.`,
  );
}

/** Files and folders below a path, itself with them; whatever their names are, and without following links. */
async function countEntries(path: string): Promise<number> {
  if (!existsSync(path)) return 0;
  const { stdout } = await execa('find', [path, '-printf', '.']);
  return stdout.length;
}
