import { sql, type Kysely, type Transaction } from 'kysely';
import { createKeyedQueue } from '../lib/lifecycle.ts';
import { isPostgres } from './dialect.ts';
import type { Database } from './schema.ts';

/** Two transactions have stood in each other's way, and ours was broken off: nothing of it is done. */
const isCollision = (error: unknown): boolean => {
  if (!(error instanceof Error)) return false;
  const { code, errcode } = error as { readonly code?: unknown; readonly errcode?: unknown };
  return code === serializationFailure || code === deadlock || errcode === busySnapshot;
};
/** codes of PostgreSQL */
const serializationFailure = '40001';
const deadlock = '40P01';
/** SQLite's, for who has read and wants to write, while another process has written: to wait would not help */
const busySnapshot = 517;

/** More than this means that something else is wrong. */
const mostTries = 5;

/** Who waits for a turn in this process, by database. */
const queues = new WeakMap<Kysely<Database>, ReturnType<typeof createKeyedQueue>>();

function queueOf(db: Kysely<Database>): ReturnType<typeof createKeyedQueue> {
  const queue = queues.get(db) ?? createKeyedQueue();
  queues.set(db, queue);
  return queue;
}

/**
 * Runs `work` in a transaction: all of it is done, or nothing. Transactions with the same `turn` come one after the other, which whoever reads before they
 * write needs: in PostgreSQL two would read the same otherwise. Of two that stand in each other's way one is done again, so `work` must change nothing
 * but the database.
 */
export async function inTransaction<T>(
  db: Kysely<Database>,
  work: (tx: Transaction<Database>) => Promise<T>,
  { turn }: { turn?: string } = {},
): Promise<T> {
  // Whoever waits for us here waits without a connection: there are few, and they are everybody's.
  return turn === undefined ? attempt(db, work, turn) : queueOf(db)(turn, () => attempt(db, work, turn));
}

async function attempt<T>(
  db: Kysely<Database>,
  work: (tx: Transaction<Database>) => Promise<T>,
  turn: string | undefined,
): Promise<T> {
  for (let left = mostTries - 1; ; left -= 1) {
    try {
      return await db.transaction().execute(async (tx) => {
        // With SQLite we have one connection, and so one transaction at a time. Here another process of ours may come before, as the command line is.
        if (turn !== undefined && isPostgres(tx)) {
          await sql`select pg_advisory_xact_lock(hashtextextended(${turn}, 0))`.execute(tx);
        }
        return await work(tx);
      });
    } catch (error) {
      if (left === 0 || !isCollision(error)) throw error;
    }
  }
}
