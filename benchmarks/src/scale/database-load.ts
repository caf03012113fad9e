import { Client } from 'pg';

/** What a PostgreSQL server has done so far. `rows`: read by its queries */
export type DatabaseLoad = { readonly transactions: number; readonly rows: number };

/** Asks it on a connection of its own. Counters come from the statistics that PostgreSQL keeps of a database, which are up to a second old. */
export async function databaseLoad(url: string): Promise<DatabaseLoad> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ transactions: string; rows: string }>(
      'select xact_commit + xact_rollback as transactions, tup_returned as rows from pg_stat_database where datname = current_database()',
    );
    return { transactions: Number(rows[0]?.transactions), rows: Number(rows[0]?.rows) };
  } finally {
    await client.end();
  }
}

/** Has it look at its tables once, as its own housekeeping does elsewhere: without that it plans with the sizes of empty ones. */
export async function analyze(url: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('analyze');
  } finally {
    await client.end();
  }
}
