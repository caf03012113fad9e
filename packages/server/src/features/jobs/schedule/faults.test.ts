import type { Kysely } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../../../db/schema.ts';
import { fakeClock } from '../../../lib/clock.fake.ts';
import { toInstant } from '../../../lib/clock.ts';
import { testDatabase } from '../../../testing/database.ts';
import { hour, planeOn, scheduleKit } from './schedule.fixture.ts';

const begin = Date.UTC(2026, 5, 1);
const hourly = '0 * * * *';

describe('the worker of schedules, killed', () => {
  let open: Awaited<ReturnType<typeof testDatabase>>;
  let db: Kysely<Database>;
  let clock: ReturnType<typeof fakeClock>;
  let kit: Awaited<ReturnType<typeof scheduleKit>>;
  beforeEach(async () => {
    open = await testDatabase();
    ({ db } = open);
    clock = fakeClock(begin);
    kit = await scheduleKit(db, clock);
  });
  afterEach(() => open[Symbol.asyncDispose]());

  /** Lets time go by, with a look at its end. */
  const after = async (ms: number): Promise<void> => {
    clock.advance(ms);
    await kit.plane.step();
  };

  /** What there is to do at the second hour, by what it is about, with the hours for which there are runs then. */
  const situations: Record<string, { begin: (job: number, other: number) => Promise<unknown>; hours: number[] }> = {
    'a run in its time': { begin: (job) => kit.schedule(job, hourly), hours: [2] },
    'an old run that is stopped': {
      begin: async (job) => {
        await kit.schedule(job, hourly, { overlap: 'stop' });
        await after(hour);
      },
      hours: [1, 2],
    },
    'a run that is left out': {
      begin: async (job) => {
        await kit.schedule(job, hourly, { overlap: 'skip' });
        await after(hour);
      },
      hours: [1],
    },
    'runs that were missed': { begin: (job) => kit.schedule(job, hourly, { missed: 'all' }), hours: [1, 2] },
    'times of the past': {
      begin: (job) => {
        const range = { from: toInstant(clock.now() - 2 * hour), to: toInstant(clock.now()), cron: hourly };
        return kit.backfills.create(job, range, kit.ada);
      },
      hours: [-2, -1, 0],
    },
    'a job after another': {
      begin: async (job, other) => {
        await kit.chains.set({ id: job, projectId: kit.projectId }, [other]);
        await kit.schedule(other, hourly);
        await after(hour);
        await db.updateTable('executions').set({ state: 'succeeded', ended_at: clock.now() }).execute();
      },
      hours: [1, 2],
    },
  };

  it.each(Object.keys(situations))('comes to the same wherever that was: %s', async (what) => {
    const situation = situations[what];
    if (situation === undefined) throw new Error(what);
    const scenario = async (killAt: number): Promise<{ killed: boolean; hours: number[] }> => {
      await db.deleteFrom('executions').execute();
      await db.deleteFrom('jobs').execute();
      const [job, other] = [await kit.job('job'), await kit.job('other')];
      clock.advance(hour - (clock.now() % hour));
      const from = clock.now();
      await situation.begin(job, other);
      clock.advance(from + 2 * hour - clock.now());

      let left = killAt;
      const mortal = db.withPlugin({
        transformQuery({ node }) {
          left -= 1;
          if (left <= 0) throw new Error('killed');
          return node;
        },
        transformResult: async ({ result }) => result,
      });
      const doomed = planeOn(mortal, clock);
      await doomed.announce().catch(() => undefined);
      await doomed.step().catch(() => undefined);
      // Another one comes up, and all that has begun ends.
      for (let goes = true; goes;) {
        await kit.plane.announce();
        await kit.plane.step();
        const { numUpdatedRows } = await db
          .updateTable('executions')
          .set({ state: 'succeeded', ended_at: clock.now() })
          .where('ended_at', 'is', null)
          .executeTakeFirst();
        goes = numUpdatedRows > 0n;
      }
      const runs = await kit.runsOf(job);
      return { killed: left <= 0, hours: runs.map((run) => ((run.logical_at ?? 0) - from) / hour) };
    };
    let killAt = 1;
    for (let killed = true; killed; killAt += 1) {
      const found = await scenario(killAt);
      expect({ killAt, hours: found.hours }).toEqual({ killAt, hours: situation.hours });
      ({ killed } = found);
    }
    expect(killAt).toBeGreaterThan(10);
  });
});
