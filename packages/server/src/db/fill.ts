import { sql, type Kysely } from 'kysely';
import { FatalError } from '../supervise/messages.ts';
import { writeContent, type Piece } from './content.ts';
import { isPostgres } from './dialect.ts';
import { migrate } from './migrate.ts';
import type { Database } from './schema.ts';
import { tablesInOrder } from './tables.ts';
import { appliedMigrations, unknownMigrations } from './upgrade.ts';

/** Throws a `FatalError` for a database that has something in it. */
async function checkVacant(db: Kysely<Database>): Promise<void> {
  const tables = await tablesInOrder(db);
  if (tables.length === 0 && (await appliedMigrations(db)).length === 0) return;
  throw new FatalError(
    `The database that is to be filled has tables already (${tables.slice(0, 5).join(', ')}). Please name an empty one with EMBERLAB_DATABASE_URL.`,
  );
}

/**
 * Fills an empty database with what another one has had, which may be of an earlier version, and brings it up to this one. Answers how many rows each table has
 * got. Throws a `FatalError` that says what is in the way; the database is empty then, as it was.
 */
export async function fillDatabase(
  db: Kysely<Database>,
  pieces: AsyncGenerator<Piece>,
): Promise<ReadonlyMap<string, number>> {
  const first = await pieces.next();
  const migrations = first.done !== true && 'migrations' in first.value ? first.value.migrations : [];
  try {
    const unknown = unknownMigrations(migrations);
    if (unknown.length > 0) {
      throw new FatalError(
        `What is to be brought here is of a newer version of Emberlab (${unknown.join(', ')}). Please do this with that version.`,
      );
    }
    await checkVacant(db);
    return await fill(db, migrations.at(-1), pieces);
  } finally {
    // One that was not read to its end holds its database.
    await pieces.return(undefined);
  }
}

async function fill(db: Kysely<Database>, last: string | undefined, pieces: AsyncIterable<Piece>) {
  try {
    await migrate(db, last);
    const written = await writeContent(db, pieces);
    for (const [table, count] of written) {
      const { rows } = await sql<{ n: number }>`select count(*) as n from ${sql.table(table)}`.execute(db);
      if (rows[0]?.n !== count) throw new FatalError(`Of ${count} rows of ${table} only ${rows[0]?.n} are there.`);
    }
    await migrate(db);
    // Until it has looked at the new rows, PostgreSQL reads all of them where an index would do.
    if (isPostgres(db)) await sql`analyze`.execute(db);
    return written;
  } catch (error) {
    await vacate(db);
    throw error;
  }
}

/** Removes all that we have made in a database that was empty. */
export async function vacate(db: Kysely<Database>): Promise<void> {
  // A file goes as a whole: whoever has made it removes it.
  if (!isPostgres(db)) return;
  for (const table of [...(await tablesInOrder(db)), 'kysely_migration', 'kysely_migration_lock']) {
    await sql`drop table if exists ${sql.table(table)} cascade`.execute(db);
  }
}
