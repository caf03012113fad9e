import { sql, type Kysely } from 'kysely';
import { isPostgres } from '../db/dialect.ts';
import type { Database } from '../db/schema.ts';

/** What SQLite finds wrong in a database, its first words; null: nothing. PostgreSQL looks after itself. */
export async function integrityProblem(db: Kysely<Database>): Promise<string | null> {
  if (isPostgres(db)) return null;
  const { rows } = await sql<{ integrity_check: string }>`pragma integrity_check(1)`.execute(db);
  const said = rows[0]?.integrity_check ?? 'no answer';
  if (said !== 'ok') return said;
  const broken = await sql`pragma foreign_key_check`.execute(db);
  return broken.rows.length === 0 ? null : `${broken.rows.length} rows refer to others that are not there`;
}
