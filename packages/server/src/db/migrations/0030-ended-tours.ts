import type { Kysely } from 'kysely';

/** Who has been through the tour of the dashboard. Migrations are never edited once released. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('ended_tours')
    .addColumn('user_id', 'text', (c) => c.primaryKey().references('users.id').onDelete('cascade'))
    .addColumn('ended_at', 'bigint', (c) => c.notNull())
    .execute();
}
