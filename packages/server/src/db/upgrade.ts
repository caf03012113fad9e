import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sql, type Kysely } from 'kysely';
import type { Config } from '../config.ts';
import { HttpError } from '../http/errors.ts';
import { delay, type Clock } from '../lib/clock.ts';
import { FatalError } from '../supervise/messages.ts';
import { readContent } from './content.ts';
import { writePieces } from './content-file.ts';
import { isPostgres } from './dialect.ts';
import { migrate, migrationNames } from './migrate.ts';
import { openDatabase } from './open.ts';
import { isAway, isOfDatabase, sentenceOf } from './postgres/errors.ts';
import type { Database } from './schema.ts';
import { tablesInOrder } from './tables.ts';

/** So many copies from before upgrades stay, the newest. */
const kept = 5;

/** Which migrations a database has had; none: it is new. */
export async function appliedMigrations(db: Kysely<Database>): Promise<string[]> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  if (!tables.some(({ name }) => name === 'kysely_migration')) return [];
  const applied = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(db);
  return applied.rows.map(({ name }) => name);
}

/** Migrations that a database has had and this version doesn't know: a newer one made them. */
export const unknownMigrations = (applied: readonly string[]): string[] =>
  applied.filter((name) => !migrationNames.includes(name));

/**
 * Writes the database to another file, which only we can read, as it is at one moment, while others go on with it: SQLite as SQLite, PostgreSQL as lines of
 * JSON (see content.ts).
 */
export async function copyDatabase(db: Kysely<Database>, file: string): Promise<void> {
  if (isPostgres(db)) return writePieces(file, readContent(db));
  // SQLite takes an empty file as it is, with its mode.
  await writeFile(file, '', { flag: 'wx', mode: 0o600 });
  await sql`vacuum into ${file}`.execute(db);
}

/**
 * Brings the database up to this version; one that has something in it is copied into `folder` before it is changed. Throws a `FatalError` for a database
 * that a newer version has changed: nobody knows what would become of it here.
 */
export async function upgrade(db: Kysely<Database>, folder: string, now: number): Promise<{ copy: string | null }> {
  const applied = await appliedMigrations(db);
  if (applied.length === 0) await checkOwn(db);
  const unknown = unknownMigrations(applied);
  if (unknown.length > 0) {
    throw new FatalError(
      `The database has been changed by a newer version of Emberlab (${unknown.join(', ')}). Please run that version, or restore a backup from before; copies from before upgrades are in ${folder}.`,
    );
  }
  const missing = migrationNames.filter((name) => !applied.includes(name));
  let copy: string | null = null;
  if (applied.length > 0 && missing.length > 0) {
    const stamp = new Date(now).toISOString().replaceAll(/[:.]/g, '-');
    copy = join(folder, `before-${missing[0]}-${stamp}${isPostgres(db) ? '.jsonl' : '.db'}`);
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await copyDatabase(db, copy);
    } catch (error) {
      await rm(copy, { force: true }).catch(() => undefined);
      throw new FatalError(
        `The database can't be upgraded: it could not be copied to ${copy} before (${error instanceof Error ? error.message : String(error)}). Please make room there.`,
        { cause: error },
      );
    }
    await forgetOldCopies(folder);
  }
  await migrate(db);
  return { copy };
}

/** A database that others use too would be taken for ours, in backups for example. */
async function checkOwn(db: Kysely<Database>): Promise<void> {
  if (isPostgres(db)) {
    const { rows } = await sql<{ server_encoding: string }>`show server_encoding`.execute(db);
    if (rows[0]?.server_encoding !== 'UTF8') {
      throw new FatalError(
        `The database can't hold every text (its encoding is ${rows[0]?.server_encoding}). Please make one with: createdb --encoding=UTF8 --template=template0 NAME`,
      );
    }
  }
  const tables = await tablesInOrder(db);
  if (tables.length === 0) return;
  throw new FatalError(
    `The database has tables of something else (${tables.slice(0, 5).join(', ')}). Please give Emberlab a database of its own.`,
  );
}

/** So often one that can't be reached is tried again. */
const retryMs = 1000;

/**
 * The same for the database that the settings name. Throws a `FatalError` also for one that can't be used, or that can't be reached for `patienceMs`: after a
 * restart of the machine it may come up later than we do.
 */
export async function upgradeDatabase(config: Config, clock: Clock, patienceMs = 0): Promise<{ copy: string | null }> {
  const end = clock.steady() + patienceMs;
  for (;;) {
    try {
      return await withDatabase(config, (db) => upgrade(db, config.paths.upgrades, clock.now()));
    } catch (error) {
      const mayCome = error instanceof FatalError && isAway(error.cause) && clock.steady() < end;
      if (!mayCome) throw error;
      await delay(clock, retryMs);
    }
  }
}

/** Opens the database of the settings for what may take long. Throws a `FatalError` that says why it can't be reached, or used. */
export async function withDatabase<T>(config: Config, act: (db: Kysely<Database>) => Promise<T>): Promise<T> {
  const db = await openDatabase(config, { forMaintenance: true });
  try {
    return await act(db);
  } catch (error) {
    const cause = error instanceof HttpError ? error.cause : error;
    if (config.databaseUrl === null || !isOfDatabase(cause)) throw error;
    throw new FatalError(sentenceOf(cause, placeOf(config.databaseUrl)), { cause });
  } finally {
    await db.destroy();
  }
}

/** An address without the password in it. */
function placeOf(url: string): string {
  const { host, pathname, searchParams } = new URL(url);
  return `${searchParams.get('host') ?? host}${pathname}`;
}

async function forgetOldCopies(folder: string): Promise<void> {
  const stampOf = (name: string) => /[\dT-]{23}Z\.\w+$/.exec(name)?.[0] ?? '';
  const copies = (await readdir(folder)).filter((name) => /^before-.*Z\.(db|jsonl)$/.test(name));
  const old = copies.toSorted((a, b) => stampOf(b).localeCompare(stampOf(a))).slice(kept);
  for (const name of old) await rm(join(folder, name), { force: true });
}
