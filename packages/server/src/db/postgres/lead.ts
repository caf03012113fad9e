import { Client } from 'pg';
import { delay, type Clock } from '../../lib/clock.ts';
import { planeName } from '../plane-name.ts';
import { isAway, reasonOf } from './errors.ts';

/** The name of the lock. */
const lead = 'emberlab control plane';
/** How often one that waits tries again, and one that has the lead looks whether it still has, ms. */
const tryEveryMs = 500;
const lookEveryMs = 2000;
/** How often one that waits and could know looks whether the holder has gone, ms. */
const hurryEveryMs = 25;
/** What the server does not answer within this long counts as lost, ms. */
const answerMs = 5000;
/** For so long one whose connection has broken tries to get the lead back before it gives it up, ms. */
const patienceMs = 8000;
const againEveryMs = 100;
/**
 * After how long the server gives up a client that is silent: seconds until it asks, between questions, and how many. In sum longer than a client takes to
 * notice and to give up, which then has ended before another one begins.
 */
const keepalive = { idle: 10, interval: 3, count: 4 } as const;

export type Lead = {
  /** Resolves, with the reason, when it has been lost: another control plane may have it from now on. */
  readonly lost: Promise<string>;
  /** Gives it back. */
  close(): Promise<void>;
};

/**
 * Waits until no other control plane works with this database, and keeps others from it until it is closed: an advisory lock of a connection of its own (see
 * "Advisory Locks" in PostgreSQL's manual), which the server lets go of when that connection ends, however its process ends. Null: aborted while it waited.
 * `onWait` hears why it waits, whenever that changes. Throws what waiting does not help against, such as a wrong password.
 */
export async function takeLead(options: {
  url: string;
  clock: Clock;
  signal: AbortSignal;
  onWait: (why: { readonly holder: string | null } | { readonly away: string }) => void;
  /** Whether it is known that the holder has just gone, so that trying again at once is worth it. */
  hurry?: () => boolean;
}): Promise<Lead | null> {
  const { clock, signal } = options;
  let told = '';
  const wait = async (why: Parameters<typeof options.onWait>[0]) => {
    if (JSON.stringify(why) !== told) options.onWait(why);
    told = JSON.stringify(why);
    for (const end = clock.steady() + tryEveryMs; clock.steady() < end;) {
      await delay(clock, options.hurry === undefined ? tryEveryMs : hurryEveryMs);
      if (options.hurry?.() === true) return;
    }
  };
  while (!signal.aborted) {
    const connection = open(options.url);
    const { client } = connection;
    try {
      await connect(connection);
      while (!signal.aborted) {
        if (await tryLock(client)) return keep(connection, options.url, clock);
        await wait({ holder: (await holderOf(client))?.name ?? null });
      }
      await client.end();
    } catch (error) {
      void client.end().catch(() => undefined);
      if (!isAway(error)) throw error;
      await wait({ away: reasonOf(error) });
    }
  }
  return null;
}

/** `ended`: resolves with the reason · `pid`: of the server's process for it, once it is connected */
type Connection = { readonly client: Client; readonly ended: Promise<string>; pid: number };

function open(url: string): Connection {
  const client = new Client({
    connectionString: url,
    keepAlive: true,
    connectionTimeoutMillis: answerMs,
    query_timeout: answerMs,
    application_name: planeName(),
  });
  const { promise: ended, resolve } = Promise.withResolvers<string>();
  client.on('error', (error) => resolve(reasonOf(error)));
  client.on('end', () => resolve('the connection has ended'));
  return { client, ended, pid: 0 };
}

async function connect(connection: Connection): Promise<void> {
  const { client } = connection;
  await client.connect();
  await client.query(
    `set tcp_keepalives_idle = ${keepalive.idle}; set tcp_keepalives_interval = ${keepalive.interval}; set tcp_keepalives_count = ${keepalive.count}`,
  );
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  connection.pid = rows[0]?.pid ?? 0;
}

/** Looks after the lock; a connection that has broken is made anew, as after a restart of the server. */
function keep(first: Connection, url: string, clock: Clock): Lead {
  const closed = new AbortController();
  let current = first;
  const { promise: lost, resolve } = Promise.withResolvers<string>();
  void (async () => {
    for (;;) {
      const why = await broken(current, clock, closed.signal);
      if (closed.signal.aborted) return;
      const next = await again(url, current, clock, why);
      if (typeof next === 'string') return resolve(next);
      current = next;
    }
  })();
  return {
    lost,
    async close() {
      closed.abort();
      await current.client.end().catch(() => undefined);
    },
  };
}

/** Resolves, with the reason, when a connection has ended or does not answer any more. */
async function broken({ client, ended }: Connection, clock: Clock, closed: AbortSignal): Promise<string> {
  for (;;) {
    const reason = await Promise.race([ended, delay(clock, lookEveryMs)]);
    if (typeof reason === 'string' || closed.aborted) return reason ?? '';
    try {
      await client.query('select 1');
    } catch (error) {
      return reasonOf(error);
    }
  }
}

/** Takes the lock once more; answers why not where that has failed: then it may be another's. */
async function again(url: string, former: Connection, clock: Clock, why: string): Promise<Connection | string> {
  void former.client.end().catch(() => undefined);
  for (const end = clock.steady() + patienceMs; clock.steady() < end; await delay(clock, againEveryMs)) {
    const connection = open(url);
    try {
      await connect(connection);
      if (await tryLock(connection.client)) return connection;
      const holder = await holderOf(connection.client);
      void connection.client.end().catch(() => undefined);
      // The server may not have noticed yet that the former connection has ended.
      if (holder !== null && holder.pid !== former.pid) return `${holder.name} works with it now`;
    } catch (error) {
      void connection.client.end().catch(() => undefined);
      if (!isAway(error)) return reasonOf(error);
    }
  }
  return why;
}

async function tryLock(client: Client): Promise<boolean> {
  const { rows } = await client.query<{ got: boolean }>('select pg_try_advisory_lock(hashtextextended($1, 0)) as got', [
    lead,
  ]);
  return rows[0]?.got === true;
}

/** How the one calls itself that has the lock, and its process of the server; null: it has just gone. */
async function holderOf(client: Client): Promise<{ name: string; pid: number } | null> {
  const { rows } = await client.query<{ name: string; pid: number }>(
    `select a.application_name as name, a.pid
     from (select hashtextextended($1, 0) as key) as wanted, pg_locks as l join pg_stat_activity as a on a.pid = l.pid
     where l.locktype = 'advisory' and l.granted and l.objsubid = 1 and a.datname = current_database()
       and l.classid::bigint = (wanted.key >> 32) & 4294967295 and l.objid::bigint = wanted.key & 4294967295`,
    [lead],
  );
  return rows[0] ?? null;
}
