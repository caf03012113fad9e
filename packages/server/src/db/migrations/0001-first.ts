import { sql, type Kysely } from 'kysely';
import { fraction, numbered } from '../dialect.ts';

/** Users, projects, environments, servers, sessions. Migrations are never edited once released. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('users')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('email', 'text', (c) => c.notNull().unique())
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('password_hash', 'text', (c) => c.notNull())
    .addColumn('admin', 'integer', (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('disabled_at', 'bigint')
    .execute();
  await db.schema
    .createTable('logins')
    .addColumn('digest', 'text', (c) => c.primaryKey())
    .addColumn('user_id', 'text', (c) => c.notNull().references('users.id').onDelete('cascade'))
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('last_seen_at', 'bigint', (c) => c.notNull())
    .addColumn('expires_at', 'bigint', (c) => c.notNull())
    .execute();
  await db.schema
    .createTable('set_up_links')
    .addColumn('digest', 'text', (c) => c.primaryKey())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('expires_at', 'bigint', (c) => c.notNull())
    .execute();
  await db.schema
    .createTable('projects')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('name', 'text', (c) => c.notNull().unique())
    .addColumn('label', 'text', (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('last_activity_at', 'bigint', (c) => c.notNull())
    .execute();
  await db.schema
    .createTable('members')
    .addColumn('project_id', 'text', (c) => c.notNull().references('projects.id').onDelete('cascade'))
    .addColumn('user_id', 'text', (c) => c.notNull().references('users.id').onDelete('cascade'))
    .addColumn('role', 'text', (c) => c.notNull())
    .addColumn('since', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('members_pk', ['project_id', 'user_id'])
    .execute();
  await db.schema.createIndex('members_user').on('members').column('user_id').execute();
  await db.schema
    .createTable('revisions')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('project_id', 'text', (c) => c.notNull().references('projects.id').onDelete('cascade'))
    .addColumn('number', 'integer', (c) => c.notNull())
    .addColumn('state', 'text', (c) => c.notNull())
    .addColumn('step', 'text')
    .addColumn('progress', fraction(db), (c) => c.notNull())
    .addColumn('problem', 'text')
    .addColumn('python_version', 'text')
    .addColumn('packages', 'integer')
    .addColumn('pid', 'integer')
    .addColumn('start_ticks', 'text')
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('ready_at', 'bigint')
    .addUniqueConstraint('revisions_number', ['project_id', 'number'])
    .execute();
  await db.schema
    .createTable('environments')
    .addColumn('project_id', 'text', (c) => c.primaryKey().references('projects.id').onDelete('cascade'))
    .addColumn('current_revision_id', 'text', (c) => c.references('revisions.id'))
    .execute();
  await db.schema
    .createTable('configurations')
    .addColumn('project_id', 'text', (c) => c.notNull().references('projects.id').onDelete('cascade'))
    .addColumn('user_id', 'text', (c) => c.notNull().references('users.id').onDelete('cascade'))
    .addColumn('configuration_json', 'text', (c) => c.notNull())
    .addColumn('updated_at', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('configurations_pk', ['project_id', 'user_id'])
    .execute();
  await db.schema
    .createTable('servers')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('project_id', 'text', (c) => c.notNull().references('projects.id').onDelete('cascade'))
    .addColumn('user_id', 'text', (c) => c.notNull().references('users.id').onDelete('cascade'))
    .addColumn('state', 'text', (c) => c.notNull())
    .addColumn('configuration_json', 'text', (c) => c.notNull())
    .addColumn('revision_id', 'text', (c) => c.references('revisions.id'))
    .addColumn('steps_json', 'text', (c) => c.notNull())
    .addColumn('problem_json', 'text')
    .addColumn('pid', 'integer')
    .addColumn('start_ticks', 'text')
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('started_at', 'bigint')
    .addColumn('ready_at', 'bigint')
    .addColumn('ended_at', 'bigint')
    .execute();
  // One server per member and project, whoever asks and however often at once.
  await db.schema
    .createIndex('servers_one_live')
    .unique()
    .on('servers')
    .columns(['project_id', 'user_id'])
    .where(sql<boolean>`ended_at is null`)
    .execute();
  await db.schema
    .createTable('tokens')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('user_id', 'text', (c) => c.notNull().references('users.id').onDelete('cascade'))
    .addColumn('project_id', 'text', (c) => c.references('projects.id').onDelete('cascade'))
    .addColumn('server_id', 'text', (c) => c.references('servers.id').onDelete('cascade'))
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('digest', 'text', (c) => c.notNull().unique())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('expires_at', 'bigint')
    .addColumn('last_used_at', 'bigint')
    .execute();
  await db.schema.createIndex('tokens_user').on('tokens').column('user_id').execute();
  for (const table of ['tickets', 'grants']) {
    const ticket = table === 'tickets';
    let create = db.schema
      .createTable(table)
      .addColumn('digest', 'text', (c) => c.primaryKey())
      .addColumn('target_id', 'text', (c) => c.notNull())
      .addColumn('user_id', 'text', (c) => c.notNull().references('users.id').onDelete('cascade'))
      // the login that it was made with: when that ends, so does this
      .addColumn('login_digest', 'text', (c) => c.references('logins.digest').onDelete('cascade'))
      // or the token
      .addColumn('token_id', 'text', (c) => c.references('tokens.id').onDelete('cascade'));
    create = ticket
      ? create.addColumn('path', 'text', (c) => c.notNull())
      : create.addColumn('created_at', 'bigint', (c) => c.notNull());
    await create.addColumn('expires_at', 'bigint', (c) => c.notNull()).execute();
    await db.schema.createIndex(`${table}_target`).on(table).column('target_id').execute();
  }
  await db.schema
    .createTable('sessions')
    .addColumn('id', 'integer', numbered(db))
    .addColumn('project_id', 'text', (c) => c.notNull().references('projects.id').onDelete('cascade'))
    .addColumn('user_id', 'text', (c) => c.notNull().references('users.id').onDelete('cascade'))
    .addColumn('server_id', 'text', (c) => c.references('servers.id').onDelete('set null'))
    .addColumn('kind', 'text', (c) => c.notNull())
    .addColumn('name', 'text')
    .addColumn('notebook', 'text')
    .addColumn('state', 'text', (c) => c.notNull())
    .addColumn('stop_reason', 'text')
    .addColumn('request_json', 'text', (c) => c.notNull())
    .addColumn('idempotency_key', 'text')
    .addColumn('secret_digest', 'text', (c) => c.notNull())
    .addColumn('ui_id', 'text', (c) => c.notNull().unique())
    .addColumn('application_json', 'text')
    .addColumn('problem', 'text')
    .addColumn('pid', 'integer')
    .addColumn('start_ticks', 'text')
    .addColumn('heartbeat_seconds', 'integer', (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('ready_at', 'bigint')
    .addColumn('ended_at', 'bigint')
    .execute();
  await db.schema.createIndex('sessions_project').on('sessions').columns(['project_id', 'ended_at']).execute();
  await db.schema
    .createIndex('sessions_idempotency_key')
    .on('sessions')
    .columns(['project_id', 'user_id', 'idempotency_key'])
    .unique()
    .where('idempotency_key', 'is not', null)
    .execute();
  await db.schema
    .createTable('statements')
    .addColumn('session_id', 'integer', (c) => c.notNull().references('sessions.id').onDelete('cascade'))
    .addColumn('id', 'integer', (c) => c.notNull())
    .addColumn('code', 'text', (c) => c.notNull())
    .addColumn('kind', 'text', (c) => c.notNull())
    .addColumn('state', 'text', (c) => c.notNull())
    .addColumn('output_json', 'text')
    .addColumn('progress', fraction(db), (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('started_at', 'bigint', (c) => c.notNull())
    .addColumn('completed_at', 'bigint', (c) => c.notNull())
    .addColumn('idempotency_key', 'text')
    .addPrimaryKeyConstraint('statements_pk', ['session_id', 'id'])
    .execute();
  await db.schema
    .createIndex('statements_idempotency_key')
    .on('statements')
    .columns(['session_id', 'idempotency_key'])
    .unique()
    .where('idempotency_key', 'is not', null)
    .execute();
  await db.schema
    .createTable('facts')
    .addColumn('name', 'text', (c) => c.primaryKey())
    .addColumn('value', 'text', (c) => c.notNull())
    .execute();
}
