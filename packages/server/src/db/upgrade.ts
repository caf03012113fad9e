import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sql, type Kysely } from 'kysely';
import { FatalError } from '../supervise/messages.ts';
import { migrate, migrationNames } from './migrate.ts';
import type { Database } from './schema.ts';

/** So many copies from before upgrades stay, the newest. */
const kept = 5;

/** Which migrations a database has had; none: it is new. */
export async function appliedMigrations(db: Kysely<Database>): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`select name from sqlite_master where name = 'kysely_migration'`.execute(
    db,
  );
  if (rows.length === 0) return [];
  const applied = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(db);
  return applied.rows.map(({ name }) => name);
}

/** Migrations that a database has had and this version doesn't know: a newer one made them. */
export const unknownMigrations = (applied: readonly string[]): string[] =>
  applied.filter((name) => !migrationNames.includes(name));

/** Writes the database to another file, which only we can read, as it is at one moment, while others go on with it. */
export async function copyDatabase(db: Kysely<Database>, file: string): Promise<void> {
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
    copy = join(folder, `before-${missing[0]}-${stamp}.db`);
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

async function forgetOldCopies(folder: string): Promise<void> {
  const stampOf = (name: string) => name.slice(-'2026-01-01T00-00-00-000Z.db'.length);
  const copies = (await readdir(folder)).filter((name) => /^before-.*Z\.db$/.test(name));
  const old = copies.toSorted((a, b) => stampOf(b).localeCompare(stampOf(a))).slice(kept);
  for (const name of old) await rm(join(folder, name), { force: true });
}
