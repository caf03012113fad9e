import {
  HandleEmptyInListsPlugin,
  Kysely,
  PostgresDialect,
  replaceWithNoncontingentExpression,
  type PostgresPool,
  type PostgresPoolClient,
} from 'kysely';
import { Pool, types, type PoolClient } from 'pg';
import { HttpError } from '../../http/errors.ts';
import type { Database } from '../schema.ts';
import { isAway, reasonOf } from './errors.ts';
import { ownParserOf, toParameter } from './values.ts';

export type PostgresOptions = {
  /** `postgres://USER:PASSWORD@HOST:PORT/NAME` */
  readonly url: string;
  /** how many connections there are at most */
  readonly connections: number;
  /** what takes longer is broken off; null: nothing is, as upgrades and backups have to end */
  readonly statementMs: number | null;
  /** hears when the database has gone (why), and when it is there again (null) */
  readonly onAway?: (reason: string | null) => void;
};

/** So long a request waits for a connection; the server may be restarting, or all connections in use. */
const connectMs = 10_000;
/** A connection that nobody has used for so long is closed. */
const idleMs = 60_000;
/** A transaction of ours that does nothing for so long has been forgotten. */
const idleInTransactionMs = 60_000;

/**
 * Opens a database of PostgreSQL; nothing is asked of it yet. The caller destroys it. Connections are made as they are needed, also after the server was
 * restarted; while it can't be reached, what needs it throws `database_away`.
 */
export function openPostgres(options: PostgresOptions): Kysely<Database> {
  const pool = new Pool({
    connectionString: options.url,
    max: options.connections,
    connectionTimeoutMillis: connectMs,
    idleTimeoutMillis: idleMs,
    keepAlive: true,
    application_name: 'emberlab',
    ...(options.statementMs === null
      ? {}
      : { statement_timeout: options.statementMs, idle_in_transaction_session_timeout: idleInTransactionMs }),
    types: { getTypeParser: (type, format) => ownParserOf(type) ?? types.getTypeParser(type, format) },
  });
  let away = false;
  const seeAway = (error: unknown): void => {
    // The driver's errors have the whole connection in them: nothing for a log.
    if (!away) options.onAway?.(reasonOf(error));
    away = true;
  };
  // A connection has broken: without these listeners that would end the process, be it in use (whose query fails as well) or not.
  pool.on('error', seeAway);
  pool.on('connect', (client) => void client.on('error', seeAway));
  const told = (error: unknown): never => {
    if (!isAway(error)) throw error;
    seeAway(error);
    throw new HttpError('database_away', { cause: error });
  };
  const connect = async (): Promise<PoolClient> => {
    const client = await pool.connect().catch(told);
    if (away) options.onAway?.(null);
    away = false;
    return client;
  };
  return new Kysely<Database>({
    dialect: new PostgresDialect({ pool: asKyselyPool(pool, connect, told) }),
    // A list without anything, in which nothing is: SQLite takes it as it is.
    plugins: [new HandleEmptyInListsPlugin({ strategy: replaceWithNoncontingentExpression })],
  });
}

/** Kysely describes the subset of `pg` that it uses, and knows a connection by its object: each keeps its own. */
function asKyselyPool(
  pool: Pool,
  connect: () => Promise<PoolClient>,
  onError: (error: unknown) => never,
): PostgresPool {
  const known = new WeakMap<PoolClient, PostgresPoolClient>();
  const asKysely = (client: PoolClient): PostgresPoolClient => {
    let broken = false;
    return {
      // The other form, with a cursor, is for streams, which we don't use.
      query: (async (text: string, parameters: readonly unknown[]) =>
        client.query(text, parameters.map(toParameter)).catch((error: unknown) => {
          broken ||= isAway(error);
          return onError(error);
        })) as unknown as PostgresPoolClient['query'],
      // The server says good-bye before the connection ends: nobody is to be given it in between.
      release: (destroy) => client.release(destroy === true || broken),
    };
  };
  return {
    options: pool.options,
    async connect() {
      const client = await connect();
      const ours = known.get(client) ?? asKysely(client);
      known.set(client, ours);
      return ours;
    },
    end: () => pool.end(),
  };
}
