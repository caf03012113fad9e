import type { Kysely } from 'kysely';

/** Drivers that are no processes of this machine. Migrations are never edited once released. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('sessions').addColumn('cluster_id', 'text').execute();
}
