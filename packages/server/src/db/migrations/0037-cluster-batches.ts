import type { Kysely } from 'kysely';

/** Batches that are no processes of this machine. Migrations are never edited once released. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('batches').addColumn('cluster_id', 'text').execute();
}
