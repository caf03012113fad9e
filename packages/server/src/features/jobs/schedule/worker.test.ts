import type { Kysely } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../../../db/schema.ts';
import { fakeClock } from '../../../lib/clock.fake.ts';
import { testDatabase } from '../../../testing/database.ts';
import { hour, scheduleKit } from './schedule.fixture.ts';

const begin = Date.UTC(2026, 5, 1);
const hourly = '0 * * * *';

describe('the worker of schedules', () => {
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

  it('starts 200 jobs that are due at one minute, in their order and without loss', async () => {
    const jobs: number[] = [];
    for (let i = 0; i < 200; i += 1) {
      const job = await kit.job(`job ${i}`);
      await kit.schedule(job, hourly);
      jobs.push(job);
    }
    await after(hour);
    const runs = await db.selectFrom('executions').select('job_id').orderBy('id').execute();
    expect(runs.map((run) => run.job_id)).toEqual(jobs);
    const next = await kit.plane.nextRuns(jobs);
    expect([next.size, new Set(next.values())]).toEqual([200, new Set([begin + 2 * hour])]);
  });

  it('keeps none waiting for one that cannot be seen to', async () => {
    const [broken, fine] = [await kit.job('broken'), await kit.job('fine')];
    for (const id of [broken, fine]) await kit.schedule(id, hourly);
    await db.updateTable('schedules').set({ timezone: 'Mars/Olympus' }).where('job_id', '=', broken).execute();
    await after(hour);
    expect([await kit.times(broken), await kit.times(fine)]).toEqual([[], ['01:00']]);
  });
});
