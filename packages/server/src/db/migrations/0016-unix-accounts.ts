import type { Kysely } from 'kysely';
import { numbered } from '../dialect.ts';

/** Users and groups of the machine that members and projects have. They outlive both until what runs as them has ended. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('unix_accounts')
    .addColumn('id', 'integer', numbered(db))
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('project_id', 'text', (column) => column.notNull())
    .addColumn('user_id', 'text', (column) => column.notNull())
    .addColumn('unix_id', 'integer', (column) => column.notNull())
    .addUniqueConstraint('unix_accounts_whose', ['kind', 'project_id', 'user_id'])
    .execute();
}
