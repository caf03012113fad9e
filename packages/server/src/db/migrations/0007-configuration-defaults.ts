import type { Kysely } from 'kysely';

/** What Jupyter servers and jobs of a project begin with, where an owner has said so. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('configuration_defaults')
    .addColumn('project_id', 'text', (c) => c.primaryKey().references('projects.id').onDelete('cascade'))
    .addColumn('jupyter_json', 'text', (c) => c.notNull())
    .addColumn('jobs_json', 'text', (c) => c.notNull())
    .addColumn('changed_at', 'bigint', (c) => c.notNull())
    .execute();
}
