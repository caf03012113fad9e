import type { Kysely } from 'kysely';
import { readPieces } from '../db/content-file.ts';
import type { Database } from '../db/schema.ts';
import { openSqliteToRead } from '../db/sqlite/open.ts';
import { appliedMigrations } from '../db/upgrade.ts';
import { integrityProblem } from './integrity.ts';
import { countedTables, type Manifest } from './manifest.ts';

/** What a copy of a database has in it. `problem`: what is wrong with it; null: nothing. */
export type Survey = Pick<Manifest, 'migrations' | 'rows'> & {
  readonly problem: string | null;
  readonly projects: readonly { readonly id: string; readonly name: string }[];
};

/** Looks through a copy of a database: a file of SQLite, or lines of JSON. Throws a `FatalError` for lines that can't be understood. */
export const surveyCopy = (file: string): Promise<Survey> =>
  file.endsWith('.jsonl') ? surveyPieces(file) : surveySqlite(file);

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

async function surveySqlite(file: string): Promise<Survey> {
  const db = openSqliteToRead(file);
  try {
    const problem = await integrityProblem(db);
    if (problem !== null) return { problem, migrations: [], rows: noRows(), projects: [] };
    const projects = await db.selectFrom('projects').select(['id', 'name']).execute();
    return { problem, migrations: await appliedMigrations(db), rows: await countRows(db), projects };
  } finally {
    await db.destroy();
  }
}

function noRows(): Manifest['rows'] {
  return Object.fromEntries(countedTables.map((table) => [table, 0])) as Manifest['rows'];
}

async function surveyPieces(file: string): Promise<Survey> {
  const rows = noRows();
  let migrations: readonly string[] = [];
  const projects: { id: string; name: string }[] = [];
  for await (const piece of readPieces(file)) {
    if ('migrations' in piece) migrations = piece.migrations;
    if (!('table' in piece)) continue;
    const counted = countedTables.find((table) => table === piece.table);
    if (counted !== undefined) rows[counted] += piece.rows.length;
    if (piece.table !== 'projects') continue;
    const [id, name] = [piece.columns.indexOf('id'), piece.columns.indexOf('name')];
    for (const row of piece.rows) projects.push({ id: String(row[id]), name: String(row[name]) });
  }
  return { problem: null, migrations: [...migrations], rows, projects };
}
