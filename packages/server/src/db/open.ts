import type { Kysely } from 'kysely';
import type { Config } from '../config.ts';
import type { Database } from './schema.ts';
import { openSqlite } from './sqlite/open.ts';

/** Longer than any request should take. */
const statementMs = 30_000;

/** The database that the settings name. The caller destroys it. `onAway`: as in `openPostgres`; a file does not go away. */
export async function openDatabase(
  config: Config,
  options: { onAway?: (reason: string | null) => void; forMaintenance?: boolean } = {},
): Promise<Kysely<Database>> {
  if (config.databaseUrl === null) return openSqlite(config.paths.database);
  // Whoever has no PostgreSQL doesn't wait for its driver to be read.
  const { openPostgres } = await import('./postgres/open.ts');
  return openPostgres({
    url: config.databaseUrl,
    connections: options.forMaintenance === true ? 2 : config.databaseConnections,
    statementMs: options.forMaintenance === true ? null : statementMs,
    ...(options.onAway === undefined ? {} : { onAway: options.onAway }),
  });
}
