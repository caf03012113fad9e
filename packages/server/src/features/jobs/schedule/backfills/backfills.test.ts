import type { Kysely } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../../../../db/schema.ts';
import { fakeClock } from '../../../../lib/clock.fake.ts';
import { toInstant } from '../../../../lib/clock.ts';
import { testDatabase } from '../../../../testing/database.ts';
import { hour, scheduleKit } from '../schedule.fixture.ts';

const begin = Date.UTC(2026, 5, 1);
const range = (from: number, to: number) => ({
  from: toInstant(begin + from * hour),
  to: toInstant(begin + to * hour),
});

describe('a backfill', () => {
  let open: Awaited<ReturnType<typeof testDatabase>>;
  let db: Kysely<Database>;
  let clock: ReturnType<typeof fakeClock>;
  let kit: Awaited<ReturnType<typeof scheduleKit>>;
  let job: number;
  beforeEach(async () => {
    open = await testDatabase();
    ({ db } = open);
    clock = fakeClock(begin);
    kit = await scheduleKit(db, clock);
    job = await kit.job('report', { retries: 1 });
    await kit.schedule(job, '0 * * * *');
  });
  afterEach(() => open[Symbol.asyncDispose]());
  const find = async () => (await kit.backfills.list(job)).items[0];

  it('is listed page by page', async () => {
    const row = {
      job_id: job,
      cron: '0 * * * *',
      timezone: 'UTC',
      from_at: 0,
      to_at: 0,
      next_at: null,
      total: 1,
      made: 1,
    };
    const rest = { state: 'succeeded', failed: 0, created_by: kit.ada, created_at: 0, ended_at: 1 } as const;
    await db
      .insertInto('backfills')
      .values(Array.from({ length: 120 }, () => ({ ...row, ...rest })))
      .execute();
    const ids: number[] = [];
    for (let next: string | null = '1000'; next !== null;) {
      const page: Awaited<ReturnType<typeof kit.backfills.list>> = await kit.backfills.list(job, Number(next));
      ids.push(...page.items.map(({ id }) => id));
      ({ next } = page);
    }
    expect(ids).toEqual(Array.from({ length: 120 }, (_, index) => 120 - index));
  });

  it('has a run for each time of its range, one after the other, and ends with the last', async () => {
    const made = await kit.backfills.create(job, range(-3, -1), kit.ada);
    expect(made).toMatchObject({
      state: 'running',
      total: 3,
      made: 0,
      cron: '0 * * * *',
      createdBy: 'ada@example.org',
    });
    for (const times of [['21:00'], ['21:00', '22:00'], ['21:00', '22:00', '23:00']]) {
      await kit.plane.step();
      await kit.plane.step();
      expect(await kit.times(job)).toEqual(times);
      await kit.endAll(job);
    }
    await kit.plane.step();
    expect(await find()).toMatchObject({
      state: 'succeeded',
      made: 3,
      failed: 0,
      current: null,
      endedAt: toInstant(begin),
    });
    const runs = await kit.runsOf(job);
    expect(runs[1]).toMatchObject({
      key: `backfill:${made.id}:2026-05-31T22:00:00.000Z`,
      window_start: begin - 3 * hour,
      window_end: begin - 2 * hour,
    });
  });

  it('waits while a failed run is tried again, goes on after one that failed for good, and counts it', async () => {
    await kit.backfills.create(job, range(-2, -1), kit.ada);
    await kit.plane.step();
    await kit.endAll(job, 'failed');
    await kit.plane.step();
    expect(await kit.times(job)).toEqual(['22:00', '22:00']);
    expect((await find())?.current).toBe((await kit.runsOf(job))[1]?.id);
    await kit.endAll(job, 'failed');
    await kit.plane.step();
    expect([await kit.times(job), await find()]).toMatchObject([['22:00', '22:00', '23:00'], { made: 2, failed: 1 }]);
  });

  it('makes no more runs once it was cancelled; the one that goes does so', async () => {
    const { id } = await kit.backfills.create(job, range(-3, -1), kit.ada);
    await kit.plane.step();
    expect(await kit.backfills.cancel(job, id)).toMatchObject({ state: 'cancelled', made: 1 });
    await kit.endAll(job);
    await kit.plane.step();
    expect(await kit.times(job)).toEqual(['21:00']);
    // What has ended stays as it is.
    clock.advance(hour);
    expect(await kit.backfills.cancel(job, id)).toMatchObject({ endedAt: toInstant(begin) });
    await expect(kit.backfills.cancel(job + 1, id)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('waits for the one before, and says so; it keeps its times when the schedule gets others', async () => {
    await kit.backfills.create(job, range(-2, -2), kit.ada);
    await kit.backfills.create(job, range(-1, -1), kit.ada);
    await kit.plane.step();
    expect([await kit.times(job), (await find())?.waitsFor]).toEqual([
      ['22:00'],
      'It waits for the backfill before it.',
    ]);
    await kit.schedule(job, '30 * * * *');
    await kit.endAll(job);
    for (let i = 0; i < 2; i += 1) await kit.plane.step();
    expect([await kit.times(job), (await find())?.waitsFor]).toEqual([['22:00', '23:00'], null]);
  });

  it('pauses with its project, and goes on', async () => {
    await kit.backfills.create(job, range(-1, -1), kit.ada);
    await db.updateTable('projects').set({ archived_at: 1 }).execute();
    await kit.plane.step();
    expect([await kit.times(job), (await find())?.waitsFor]).toEqual([
      [],
      'The project is archived. It goes on when an owner has unarchived it.',
    ]);
    await db.updateTable('projects').set({ archived_at: null }).execute();
    await kit.plane.step();
    expect(await kit.times(job)).toEqual(['23:00']);
  });

  it('may have times of its own, for a job without schedule', async () => {
    const other = await kit.job('other');
    const refused = kit.backfills.create(other, range(-24, -1), kit.ada);
    await expect(refused).rejects.toMatchObject({ message: expect.stringContaining('has no schedule') as string });
    const times = { cron: '30 2 * * *', timezone: 'Europe/Berlin' };
    expect(await kit.backfills.create(other, { ...range(-48, 0), ...times }, kit.ada)).toMatchObject({
      total: 2,
      ...times,
    });
  });

  it.each<[string, object, string]>([
    ['that ends before it begins', range(-1, -2), 'before its beginning'],
    ['of the future', range(-1, 1), 'into the future'],
    ['without a time in it', range(-0.75, -0.25), 'no time of this schedule'],
    ['of very many runs', range(-1001, 0), 'more than 1000 runs'],
    ['with a bad expression', { ...range(-2, -1), cron: '61 * * * *' }, 'The minute'],
    ['in an unknown time zone', { ...range(-2, -1), timezone: 'Mars/Olympus' }, 'no time zone Mars/Olympus'],
  ])('%s is refused with a sentence', async (_what, body, part) => {
    const refused = kit.backfills.create(job, body as ReturnType<typeof range>, kit.ada);
    await expect(refused).rejects.toMatchObject({
      code: 'bad_request',
      message: expect.stringContaining(part) as string,
    });
    expect((await kit.backfills.list(job)).items).toEqual([]);
  });
});
