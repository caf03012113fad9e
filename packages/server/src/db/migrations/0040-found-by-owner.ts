import type { Kysely } from 'kysely';

/**
 * What is looked up or removed with each start and end of a server, session or run is found by an index: without one each of these read all rows of all members. Grants are looked
 * through by the database itself whenever a token or login that they rest on goes. Migrations are never edited once released.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  const index = (name: string, table: string, columns: string[]) =>
    db.schema.createIndex(name).on(table).columns(columns).execute();
  await index('servers_owner', 'servers', ['project_id', 'user_id', 'created_at']);
  await index('tokens_server', 'tokens', ['server_id']);
  await index('tokens_execution', 'tokens', ['execution_id']);
  await index('grants_token', 'grants', ['token_id']);
  await index('grants_login', 'grants', ['login_digest']);
}
