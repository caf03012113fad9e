import { sql, type Kysely } from 'kysely';

/** Servers and sessions that have not ended are found without those that have. Migrations are never edited once released. */
export async function up(db: Kysely<unknown>): Promise<void> {
  const live = sql<boolean>`ended_at is null`;
  for (const table of ['servers', 'sessions'] as const) {
    await db.schema.createIndex(`${table}_live`).on(table).column('id').where(live).execute();
    await db.schema.createIndex(`${table}_live_user`).on(table).column('user_id').where(live).execute();
  }
  // Each connection of an agent asks for it.
  await db.schema.createIndex('sessions_secret').on('sessions').column('secret_digest').execute();
}
