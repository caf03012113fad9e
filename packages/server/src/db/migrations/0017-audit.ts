import { sql, type Kysely } from 'kysely';
import { isPostgres, numbered } from '../dialect.ts';

/**
 * The audit log. Rows name people and projects as text and refer to nothing, so that they outlive what they tell of. Only events from before the last cut
 * can go, and each cut is a row itself: what keeps to the retention is seen, and nothing else is possible.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('audit_events')
    .addColumn('id', isPostgres(db) ? 'bigint' : 'integer', numbered(db))
    .addColumn('at', 'bigint', (c) => c.notNull())
    .addColumn('actor_id', 'text')
    .addColumn('actor', 'text')
    .addColumn('via', 'text', (c) => c.notNull())
    .addColumn('token', 'text')
    .addColumn('action', 'text', (c) => c.notNull())
    .addColumn('target', 'text')
    .addColumn('project_id', 'text')
    .addColumn('project', 'text')
    .addColumn('address', 'text')
    .addColumn('request_id', 'text')
    .addColumn('outcome', 'text', (c) => c.notNull())
    .addColumn('code', 'text')
    .addColumn('repeats', 'integer', (c) => c.notNull().defaultTo(0))
    .execute();
  await db.schema.createIndex('audit_events_project').on('audit_events').columns(['project_id', 'id']).execute();
  await db.schema.createIndex('audit_events_action').on('audit_events').columns(['action', 'id']).execute();
  await db.schema.createIndex('audit_events_at').on('audit_events').column('at').execute();
  await db.schema
    .createTable('audit_cuts')
    .addColumn('before', 'bigint', (c) => c.primaryKey())
    .addColumn('at', 'bigint', (c) => c.notNull())
    .execute();
  await (isPostgres(db) ? keepInPostgres(db) : keepInSqlite(db));
}

async function keepInSqlite(db: Kysely<unknown>): Promise<void> {
  for (const table of ['audit_events', 'audit_cuts']) {
    await sql`create trigger ${sql.raw(table)}_stay before update on ${sql.raw(table)}
begin select raise(abort, 'the audit log is not changed'); end`.execute(db);
  }
  await sql`create trigger audit_cuts_remain before delete on audit_cuts
begin select raise(abort, 'the audit log is not changed'); end`.execute(db);
  await sql`create trigger audit_events_remain before delete on audit_events
when old.at >= coalesce((select max(before) from audit_cuts), 0)
begin select raise(abort, 'the audit log is not changed'); end`.execute(db);
}

async function keepInPostgres(db: Kysely<unknown>): Promise<void> {
  await sql`create or replace function audit_log_stays() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' and tg_table_name = 'audit_events' then
    if old.at < coalesce((select max(before) from audit_cuts), 0) then return old; end if;
  end if;
  raise exception 'the audit log is not changed';
end $$`.execute(db);
  for (const table of ['audit_events', 'audit_cuts']) {
    await sql`create trigger ${sql.raw(table)}_stay before update or delete on ${sql.raw(table)}
for each row execute function audit_log_stays()`.execute(db);
    await sql`create trigger ${sql.raw(table)}_remain before truncate on ${sql.raw(table)}
for each statement execute function audit_log_stays()`.execute(db);
  }
}
