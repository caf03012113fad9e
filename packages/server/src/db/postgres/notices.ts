import { Client } from 'pg';
import { delay, type Clock } from '../../lib/clock.ts';
import { newId } from '../../lib/ids.ts';
import { joinNotices, noticesOf } from './notice-pieces.ts';

/** The name under which notices go. */
const channel = 'emberlab';
/** What the server does not answer within this long counts as lost, ms. */
const answerMs = 5000;
const lookEveryMs = 2000;
/** Between tries to have a connection again, ms. */
const againMs = { first: 50, most: 1000 } as const;
/** More that wait than this are dropped, and whoever listens begins anew. */
const mostWaiting = 10_000;

type Options = {
  readonly url: string;
  readonly clock: Clock;
  /** hears why the connection has been lost, once each time */
  readonly onLost: (error: unknown) => void;
};

/** Tells other processes of what happens here, in order (NOTIFY in PostgreSQL's manual). */
export type Notifier = { tell(text: string): void; close(): Promise<void> };

/**
 * Sends texts to all who listen with `listenToNotices` at the same database. Each connection begins a series of its own, of which numbers tell those who listen that they have all: what got
 * lost with a connection is not sent again, but they learn that something has.
 */
export function createNotifier(options: Options): Notifier {
  const closing = new AbortController();
  let waiting: string[] = [];
  let wake: () => void = () => undefined;

  const run = keepConnected(options, closing.signal, async (client) => {
    const series = newId();
    let number = 0;
    // With nothing to say it still says that it begins.
    let texts: readonly (string | null)[] = [null];
    while (!closing.signal.aborted) {
      const pieces = texts.flatMap((text) => noticesOf({ series, number: number++, text }));
      // The order of the rows is that of the notices.
      await client.query(
        'select pg_notify($1, piece) from unnest($2::text[]) with ordinality as p (piece, at) order by at',
        [channel, pieces],
      );
      if (waiting.length === 0) {
        const woken = new Promise<void>((resolve) => (wake = resolve));
        if (waiting.length === 0 && !closing.signal.aborted)
          await Promise.race([woken, delay(options.clock, lookEveryMs)]);
      }
      if (waiting.length > mostWaiting) {
        waiting = [];
        return;
      }
      // Without anything it asks whether the connection is there.
      texts = waiting.length > 0 ? waiting : [];
      waiting = [];
    }
  });

  return {
    tell(text) {
      waiting.push(text);
      wake();
    },
    async close() {
      closing.abort();
      wake();
      await run;
    },
  };
}

/**
 * Hears what notifiers tell, in order. `onGap`: something may have been told that is not heard: the connection was away, or another notifier begins. Whoever
 * rests on what they have heard has to look anew after that.
 */
export function listenToNotices(options: Options & { onText: (text: string) => void; onGap: () => void }): {
  close(): Promise<void>;
} {
  const { onText, onGap, clock } = options;
  const closing = new AbortController();
  const run = keepConnected(options, closing.signal, async (client) => {
    const join = joinNotices({ onText, onGap });
    client.on('notification', ({ payload }) => join(payload ?? ''));
    await client.query(`listen ${channel}`);
    // Only now is everything heard that happens from now on.
    onGap();
    while (!closing.signal.aborted) {
      await Promise.race([delay(clock, lookEveryMs), aborted(closing.signal)]);
      if (!closing.signal.aborted) await client.query('select 1');
    }
  });
  return {
    async close() {
      closing.abort();
      await run;
    },
  };
}

/** Has `use` work on a connection, and on a new one whenever that has failed, until the signal aborts. */
async function keepConnected(
  { url, clock, onLost }: Options,
  signal: AbortSignal,
  use: (client: Client) => Promise<void>,
): Promise<void> {
  let pause: number = againMs.first;
  while (!signal.aborted) {
    const client = new Client({
      connectionString: url,
      keepAlive: true,
      connectionTimeoutMillis: answerMs,
      query_timeout: answerMs,
      application_name: 'emberlab notices',
    });
    const ended = Promise.withResolvers<never>();
    ended.promise.catch(() => undefined);
    client.on('error', ended.reject);
    client.on('end', () => ended.reject(new Error('the connection has ended')));
    try {
      await client.connect();
      pause = againMs.first;
      await Promise.race([use(client), ended.promise]);
    } catch (error) {
      if (!signal.aborted) onLost(error);
    }
    await client.end().catch(() => undefined);
    if (signal.aborted) return;
    await delay(clock, pause);
    pause = Math.min(2 * pause, againMs.most);
  }
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
