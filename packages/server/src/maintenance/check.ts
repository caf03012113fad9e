import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { sql, type Kysely } from 'kysely';
import type { Database } from '../db/schema.ts';
import { openSqliteToRead } from '../db/sqlite/open.ts';
import { appliedMigrations } from '../db/upgrade.ts';
import { hashFile } from '../lib/hash-file.ts';
import { FatalError } from '../supervise/messages.ts';
import { listArchive } from './archive.ts';
import { backupFiles, countedTables, readManifest, type Manifest } from './manifest.ts';

export async function countRows(db: Kysely<Database>): Promise<Manifest['rows']> {
  const counts: [string, number][] = [];
  for (const table of countedTables) {
    const { count } = await db
      .selectFrom(table)
      .select((e) => e.fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow();
    counts.push([table, count]);
  }
  return Object.fromEntries(counts) as Manifest['rows'];
}

/** What SQLite finds wrong in a database, its first words; null: nothing. */
export async function integrityProblem(db: Kysely<Database>): Promise<string | null> {
  const { rows } = await sql<{ integrity_check: string }>`pragma integrity_check(1)`.execute(db);
  const said = rows[0]?.integrity_check ?? 'no answer';
  if (said !== 'ok') return said;
  const broken = await sql`pragma foreign_key_check`.execute(db);
  return broken.rows.length === 0 ? null : `${broken.rows.length} rows refer to others that are not there`;
}

/**
 * Looks whether a backup is whole: each file of its manifest by size and hash, the database by SQLite, its rows by their number, and that there are files
 * for each of its projects. Throws a `FatalError` that names what is wrong.
 */
export async function checkBackup(folder: string): Promise<{ manifest: Manifest; entries: number }> {
  const manifest = await readManifest(folder);
  for (const { name, bytes, sha256 } of manifest.files) {
    const path = join(folder, name);
    if (!existsSync(path)) throw new FatalError(`The backup is not whole: ${path} is missing.`);
    const found = await hashFile(path);
    if (found.bytes !== bytes || found.sha256 !== sha256) {
      throw new FatalError(
        `The backup is damaged: ${path} is not what was written (${found.bytes} of ${bytes} bytes).`,
      );
    }
  }
  const projects = await checkDatabase(join(folder, backupFiles.database), manifest);
  const found = new Set<string>();
  let entries = 0;
  if (manifest.files.some(({ name }) => name === backupFiles.projects)) {
    await listArchive(join(folder, backupFiles.projects), (path) => {
      entries += 1;
      found.add(path.split('/')[1] ?? '');
    });
  }
  const absent = projects.filter(({ id, name }) => !found.has(name) && !found.has(id));
  if (absent.length > 0) {
    throw new FatalError(
      `The backup is not whole: there are no files of the project ${absent.map(({ name }) => name).join(', ')}.`,
    );
  }
  return { manifest, entries };
}

async function checkDatabase(file: string, manifest: Manifest): Promise<{ id: string; name: string }[]> {
  if (!existsSync(file)) throw new FatalError(`The backup is not whole: ${file} is missing.`);
  const db = openSqliteToRead(file);
  try {
    const problem = await integrityProblem(db);
    if (problem !== null) throw new FatalError(`The backup's database is damaged: ${problem}.`);
    const [migrations, rows] = [await appliedMigrations(db), await countRows(db)];
    const same = JSON.stringify([migrations, rows]) === JSON.stringify([manifest.migrations, manifest.rows]);
    if (!same) throw new FatalError(`The backup's database is not the one that its manifest tells of.`);
    return await db.selectFrom('projects').select(['id', 'name']).execute();
  } finally {
    await db.destroy();
  }
}
