import type { Kysely } from 'kysely';

/** What was measured of Spark applications over time. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('session_samples')
    .addColumn('session_id', 'integer', (c) => c.notNull().references('sessions.id').onDelete('cascade'))
    .addColumn('at', 'bigint', (c) => c.notNull())
    .addColumn('sample_json', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('session_samples_pk', ['session_id', 'at'])
    .execute();
}
