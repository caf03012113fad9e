import { Client } from 'pg';
import { expect, it } from 'vitest';
import { systemClock } from '../../lib/clock.ts';
import { emptyPostgres } from '../../testing/postgres.ts';
import { takeLead, type Lead } from './lead.ts';

type Why = { readonly holder: string | null } | { readonly away: string };

function plane(url: string) {
  const waits: Why[] = [];
  const stop = new AbortController();
  const taken = takeLead({ url, clock: systemClock, signal: stop.signal, onWait: (why) => waits.push(why) });
  return { waits, stop, taken };
}

const must = (lead: Lead | null): Lead => {
  if (lead === null) throw new Error('it was stopped');
  return lead;
};

/** The server's process that has the lock. */
const held =
  "select pid from pg_locks where locktype = 'advisory' and granted and database = (select oid from pg_database where datname = current_database())";

it('of control planes with one database one works, and the next when that one has ended', async () => {
  await using made = await emptyPostgres();
  const first = must(await plane(made.url).taken);
  const second = plane(made.url);
  await expect.poll(() => second.waits).toEqual([{ holder: expect.stringMatching(/^emberlab on .*, process \d+$/) }]);
  await first.close();
  await must(await second.taken).close();
});

it('one that waits can be told to stop, and leaves no connection', async () => {
  await using made = await emptyPostgres();
  const first = must(await plane(made.url).taken);
  const second = plane(made.url);
  await expect.poll(() => second.waits.length).toBe(1);
  second.stop.abort();
  expect(await second.taken).toBeNull();
  await first.close();
  const client = new Client({ connectionString: made.url });
  await client.connect();
  const left = async () =>
    (
      await client.query(
        "select 1 from pg_stat_activity where application_name like 'emberlab on %' and datname = current_database()",
      )
    ).rowCount;
  await expect.poll(left).toBe(0);
  await client.end();
});

it('one whose connection is cut gets the lead back, before anybody else has it', async () => {
  await using made = await emptyPostgres();
  const first = must(await plane(made.url).taken);
  const look = new Client({ connectionString: made.url });
  await look.connect();
  const holder = async () => {
    const { rows } = await look.query<{ pid: number }>(held);
    return rows[0]?.pid ?? null;
  };
  const before = await holder();
  await look.query('select pg_terminate_backend($1)', [before]);
  await expect.poll(async () => ![null, before].includes(await holder())).toBe(true);
  const second = plane(made.url);
  await expect.poll(() => second.waits.length).toBe(1);
  await first.close();
  await must(await second.taken).close();
  await look.end();
});

it('one that finds another in its place has lost it, and says who that is', async () => {
  await using made = await emptyPostgres();
  const first = must(await plane(made.url).taken);
  // It stands in line, and so has it as soon as the first has not.
  const next = new Client({ connectionString: made.url, application_name: 'the next one' });
  await next.connect();
  const waits = next.query("select pg_advisory_lock(hashtextextended('emberlab control plane', 0))");
  const other = new Client({ connectionString: made.url });
  await other.connect();
  await expect
    .poll(
      async () => (await other.query("select 1 from pg_locks where locktype = 'advisory' and not granted")).rowCount,
    )
    .toBe(1);
  await other.query(`select pg_terminate_backend(pid) from (${held}) as one`);
  await waits;
  expect(await first.lost).toBe('the next one works with it now');
  await Promise.all([next.end(), other.end(), first.close()]);
});

it('waits for a database that is away, but not for one that refuses the password', async () => {
  const away = plane('postgres://nobody@127.0.0.1:1/none');
  await expect.poll(() => away.waits).toEqual([{ away: expect.stringContaining('ECONNREFUSED') }]);
  away.stop.abort();
  expect(await away.taken).toBeNull();
  await using made = await emptyPostgres();
  const wrong = new URL(made.url);
  wrong.username = 'nobody_of_this_name';
  await expect(plane(wrong.href).taken).rejects.toThrow(/nobody_of_this_name/);
});
