import { sql, type Kysely } from 'kysely';

/** Who is told what comes of jobs, and what was sent to them. Migrations are never edited once released. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('alert_receivers')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('project_id', 'text', (c) => c.notNull().references('projects.id').onDelete('cascade'))
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('name_key', 'text', (c) => c.notNull())
    .addColumn('type', 'text', (c) => c.notNull())
    .addColumn('origin', 'text')
    .addColumn('sealed', 'text')
    .addColumn('addresses_json', 'text')
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addUniqueConstraint('alert_receivers_name', ['project_id', 'name_key'])
    .execute();
  await db.schema
    .createTable('alert_rules')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('project_id', 'text', (c) => c.notNull().references('projects.id').onDelete('cascade'))
    // null: it holds for all jobs of the project
    .addColumn('job_id', 'integer', (c) => c.references('jobs.id').onDelete('cascade'))
    .addColumn('event', 'text', (c) => c.notNull())
    .addColumn('after_minutes', 'integer')
    .execute();
  // A null is like no other: so each of the two has an index of its own.
  await db.schema
    .createIndex('alert_rules_of_project')
    .on('alert_rules')
    .columns(['project_id', 'event'])
    .where(sql<boolean>`job_id is null`)
    .unique()
    .execute();
  await db.schema
    .createIndex('alert_rules_of_job')
    .on('alert_rules')
    .columns(['job_id', 'event'])
    .where(sql<boolean>`job_id is not null`)
    .unique()
    .execute();
  await db.schema
    .createTable('alert_rule_receivers')
    .addColumn('rule_id', 'text', (c) => c.notNull().references('alert_rules.id').onDelete('cascade'))
    .addColumn('receiver_id', 'text', (c) => c.notNull().references('alert_receivers.id').onDelete('cascade'))
    .addPrimaryKeyConstraint('alert_rule_receivers_pk', ['rule_id', 'receiver_id'])
    .execute();
  await db.schema
    .createTable('alert_deliveries')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('project_id', 'text', (c) => c.notNull().references('projects.id').onDelete('cascade'))
    .addColumn('receiver_id', 'text', (c) => c.references('alert_receivers.id').onDelete('set null'))
    .addColumn('receiver_name', 'text', (c) => c.notNull())
    .addColumn('receiver_type', 'text', (c) => c.notNull())
    // of what it tells whom: nobody is told twice of one thing
    .addColumn('unique_key', 'text', (c) => c.notNull().unique())
    .addColumn('event', 'text', (c) => c.notNull())
    .addColumn('job_id', 'integer')
    .addColumn('job_name', 'text')
    .addColumn('execution_id', 'integer')
    .addColumn('message_json', 'text', (c) => c.notNull())
    .addColumn('left_json', 'text')
    .addColumn('state', 'text', (c) => c.notNull())
    .addColumn('attempts', 'integer', (c) => c.notNull())
    .addColumn('due_at', 'bigint')
    .addColumn('code', 'integer')
    .addColumn('answer', 'text')
    .addColumn('problem', 'text')
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('ended_at', 'bigint')
    .execute();
  await db.schema.createIndex('alert_deliveries_due').on('alert_deliveries').columns(['state', 'due_at']).execute();
  await db.schema
    .createIndex('alert_deliveries_of_project')
    .on('alert_deliveries')
    .columns(['project_id', 'created_at', 'id'])
    .execute();
  await db.schema
    .createIndex('alert_deliveries_of_receiver')
    .on('alert_deliveries')
    .columns(['receiver_id', 'created_at'])
    .execute();
}
