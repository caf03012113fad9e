import { sql, type QueryExecutorProvider } from 'kysely';

/** Resolves when the database answers. */
export async function ping(db: QueryExecutorProvider): Promise<void> {
  await sql`select 1`.execute(db);
}
