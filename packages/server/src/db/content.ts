import { sql, type Kysely, type Transaction } from 'kysely';
import { isPostgres } from './dialect.ts';
import type { Database } from './schema.ts';
import { numberedColumns, tablesInOrder } from './tables.ts';

/**
 * What is in a database, in pieces that JSON can hold, whichever of the two databases it is: first which migrations it has had, then rows, table after table in
 * an order in which each finds what it refers to, and last the highest number that each table has given to a row.
 */
export type Piece =
  | { readonly migrations: readonly string[] }
  | { readonly table: string; readonly columns: readonly string[]; readonly rows: readonly (readonly unknown[])[] }
  | { readonly numbers: Readonly<Record<string, number>> };

/** So large is a piece, about: rows may have megabytes each, or be many. */
const pieceCharacters = 4 * 1024 ** 2;
const mostRows = 500;
/** Databases bound how many values one statement may have. */
const mostValues = 30_000;

/** Reads a database as it is at one moment, while others go on with it. */
export async function* readContent(db: Kysely<Database>): AsyncGenerator<Piece> {
  const begin = db.startTransaction();
  const tx = await (
    isPostgres(db) ? begin.setIsolationLevel('repeatable read').setAccessMode('read only') : begin
  ).execute();
  try {
    const { rows } = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(tx);
    yield { migrations: rows.map(({ name }) => name) };
    for (const table of await tablesInOrder(tx)) {
      for await (const some of isPostgres(tx) ? fetchRows(tx, table) : iterateRows(tx, table)) {
        const [first] = some;
        if (first === undefined) continue;
        const columns = Object.keys(first);
        yield { table, columns, rows: some.map((row) => columns.map((column) => row[column])) };
      }
    }
    yield { numbers: await readNumbers(tx) };
  } finally {
    await tx.rollback().execute();
  }
}

type Row = Readonly<Record<string, unknown>>;
const lengthOf = (rows: readonly Row[]): number => JSON.stringify(rows).length;

/** A cursor of PostgreSQL itself: each time so many rows as make a piece if they are like those before. */
async function* fetchRows(tx: Kysely<Database>, table: string): AsyncGenerator<Row[]> {
  await sql`declare rows no scroll cursor for select * from ${sql.table(table)}`.execute(tx);
  for (let count = 10; ;) {
    const { rows } = await sql<Row>`fetch ${sql.lit(count)} from rows`.execute(tx);
    if (rows.length === 0) break;
    yield rows;
    count = Math.max(1, Math.min(mostRows, Math.floor(pieceCharacters / (lengthOf(rows) / rows.length))));
  }
  await sql`close rows`.execute(tx);
}

async function* iterateRows(tx: Kysely<Database>, table: string): AsyncGenerator<Row[]> {
  let some: Row[] = [];
  let characters = 0;
  for await (const row of tx
    .selectFrom(table as keyof Database)
    .selectAll()
    .stream()) {
    some.push(row);
    characters += lengthOf([row]);
    if (some.length < mostRows && characters < pieceCharacters) continue;
    yield some;
    [some, characters] = [[], 0];
  }
  if (some.length > 0) yield some;
}

async function readNumbers(tx: Kysely<Database>): Promise<Record<string, number>> {
  if (!isPostgres(tx)) {
    const { rows } = await sql<{ name: string; seq: number }>`select name, seq from sqlite_sequence`.execute(tx);
    return Object.fromEntries(rows.map(({ name, seq }) => [name, seq]));
  }
  const numbers: Record<string, number> = {};
  for (const [table, column] of await numberedColumns(tx)) {
    const { rows } = await sql<{ name: string }>`
      select pg_get_serial_sequence(quote_ident(${table}), ${column}) as name`.execute(tx);
    const last = await sql<{ last_value: number; is_called: boolean }>`
      select last_value, is_called from ${sql.raw(rows[0]?.name ?? '')}`.execute(tx);
    if (last.rows[0]?.is_called === true) numbers[table] = last.rows[0].last_value;
  }
  return numbers;
}

/**
 * Writes pieces into a database whose tables are those that they come from, in place of what the migrations have put there; all of it or nothing. Answers how many
 * rows each table has got.
 */
export function writeContent(db: Kysely<Database>, pieces: AsyncIterable<Piece>): Promise<Map<string, number>> {
  return db.transaction().execute(async (tx) => {
    for (const table of (await tablesInOrder(tx)).toReversed()) await sql`delete from ${sql.table(table)}`.execute(tx);
    const written = new Map<string, number>();
    for await (const piece of pieces) {
      if ('table' in piece) {
        await insertRows(tx, piece);
        written.set(piece.table, (written.get(piece.table) ?? 0) + piece.rows.length);
      }
      if ('numbers' in piece) await writeNumbers(tx, piece.numbers);
    }
    return written;
  });
}

async function insertRows(tx: Transaction<Database>, piece: Extract<Piece, { table: string }>): Promise<void> {
  const { table, columns, rows } = piece;
  const atOnce = Math.max(1, Math.floor(mostValues / columns.length));
  const names = sql.join(columns.map((column) => sql.ref(column)));
  for (let at = 0; at < rows.length; at += atOnce) {
    const values = rows.slice(at, at + atOnce).map((row) => sql`(${sql.join(row)})`);
    await sql`insert into ${sql.table(table)} (${names}) values ${sql.join(values)}`.execute(tx);
  }
}

/** Lets a table give its next row a number above `last`. */
export const setNumber = (db: Kysely<Database>, table: keyof Database, last: number): Promise<void> =>
  writeNumbers(db, { [table]: last });

async function writeNumbers(tx: Kysely<Database>, numbers: Readonly<Record<string, number>>): Promise<void> {
  const columns = isPostgres(tx) ? await numberedColumns(tx) : new Map<string, string>();
  for (const [table, last] of Object.entries(numbers)) {
    if (isPostgres(tx)) {
      await sql`select setval(pg_get_serial_sequence(quote_ident(${table}), ${columns.get(table) ?? 'id'}), ${last})`.execute(
        tx,
      );
    } else {
      await sql`delete from sqlite_sequence where name = ${table}`.execute(tx);
      await sql`insert into sqlite_sequence (name, seq) values (${table}, ${last})`.execute(tx);
    }
  }
}
