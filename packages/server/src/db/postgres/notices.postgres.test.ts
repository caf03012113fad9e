import { Client } from 'pg';
import { expect, it } from 'vitest';
import { systemClock } from '../../lib/clock.ts';
import { emptyPostgres } from '../../testing/postgres.ts';
import { createNotifier, listenToNotices } from './notices.ts';

/** One process that tells, and one that hears, at a database of their own. */
async function startTwo() {
  const made = await emptyPostgres();
  const lost: unknown[] = [];
  const given = { url: made.url, clock: systemClock, onLost: (error: unknown) => void lost.push(error) };
  const heard: string[] = [];
  let gaps = 0;
  const hears = listenToNotices({ ...given, onText: (text) => heard.push(text), onGap: () => void (gaps += 1) });
  await expect.poll(() => gaps).toBe(1);
  const tells = createNotifier(given);
  await expect.poll(() => gaps).toBe(2);
  /** Ends the connection that has last asked for this. */
  const cut = async (query: string) => {
    const client = new Client({ connectionString: made.url });
    await client.connect();
    const ended =
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'emberlab notices' and datname = current_database() and query ~ $1";
    const { rowCount } = await client.query(ended, [query]);
    await client.end();
    expect(rowCount).toBe(1);
  };
  return {
    heard,
    tells,
    lost,
    gaps: () => gaps,
    cut,
    another: () => createNotifier(given),
    /** Waits until what is told now is heard. */
    async settled() {
      const mark = `mark ${Math.random()}`;
      tells.tell(mark);
      await expect.poll(() => heard.at(-1)).toBe(mark);
      heard.pop();
    },
    async [Symbol.asyncDispose]() {
      await hears.close();
      await tells.close();
      await made[Symbol.asyncDispose]();
    },
  };
}

it('what one process tells another hears, all of it, in order and of any length', async () => {
  await using two = await startTwo();
  await two.settled();
  const texts = ['short', '', `"quoted" \\ \n \u0000 ü 😀`, 'long '.repeat(10_000), '語'.repeat(5000)];
  const many = Array.from({ length: 500 }, (_, at) => `text ${at}`);
  for (const text of [...texts, ...many]) two.tells.tell(text);
  await two.settled();
  expect(two.heard).toEqual([...texts, ...many]);
  expect(two.gaps()).toBe(2);
});

it('one whose connection was cut hears again, and knows that it may have missed something', async () => {
  await using two = await startTwo();
  await two.settled();
  await two.cut('^(listen|select 1)');
  await expect.poll(two.gaps).toBe(3);
  two.tells.tell('after');
  await two.settled();
  expect(two.heard).toEqual(['after']);
  expect(two.lost).toHaveLength(1);
}, 20_000);

it('what one tells whose connection was cut, or another one, is known to be without what came before', async () => {
  await using two = await startTwo();
  await two.settled();
  await two.cut('pg_notify');
  await expect.poll(two.gaps).toBe(3);
  await two.settled();
  const next = two.another();
  await expect.poll(two.gaps).toBe(4);
  next.tell('of the next');
  await expect.poll(() => two.heard).toEqual(['of the next']);
  await next.close();
}, 20_000);
