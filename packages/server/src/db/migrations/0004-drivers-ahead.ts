import type { Kysely } from 'kysely';

/** Drivers that are started before anyone has asked for them: sessions that wait to be taken. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('sessions').addColumn('ahead_key', 'text').execute();
  await db.schema.createIndex('sessions_server').on('sessions').columns(['server_id']).execute();
}
