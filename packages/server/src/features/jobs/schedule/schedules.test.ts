import type { Kysely } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../../../db/schema.ts';
import { fakeClock } from '../../../lib/clock.fake.ts';
import { toInstant } from '../../../lib/clock.ts';
import { testDatabase } from '../../../testing/database.ts';
import { hour, minute, scheduleKit } from './schedule.fixture.ts';

const begin = Date.UTC(2026, 5, 1);
const hourly = '0 * * * *';

describe('schedules', () => {
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

  it('start a run when its time has come, for the time since the one before, and once however often one looks', async () => {
    const job = await kit.job('report');
    await kit.schedule(job, hourly);
    await after(hour - 1);
    expect(await kit.keys(job)).toEqual([]);
    await after(1);
    await kit.plane.step();
    expect(await kit.runsOf(job)).toEqual([
      expect.objectContaining({
        key: 'schedule:2026-06-01T01:00:00.000Z',
        logical_at: begin + hour,
        window_start: begin,
        window_end: begin + hour,
      }),
    ]);
    await kit.endAll(job);
    await after(hour);
    expect(await kit.times(job)).toEqual(['01:00', '02:00']);
  });

  it.each([
    ['skip', ['06:00']],
    ['one', ['05:00', '06:00']],
    ['all', ['01:00', '02:00', '03:00', '04:00', '05:00', '06:00']],
  ] as const)('under "%s" make up for what was missed while the platform was away', async (missed, times) => {
    const job = await kit.job('report');
    await kit.schedule(job, hourly, { missed });
    await after(5.5 * hour);
    await after(0.5 * hour);
    for (let i = 0; i < 10; i += 1) {
      await kit.endAll(job);
      await kit.plane.step();
    }
    expect(await kit.times(job)).toEqual(times);
  });

  it('name what they left out', async () => {
    const job = await kit.job('report');
    await kit.schedule(job, hourly, { missed: 'skip' });
    await after(5.5 * hour);
    expect((await kit.service.find(job))?.recent.at(-1)).toEqual({
      at: toInstant(begin + 5 * hour),
      state: 'skipped',
      execution: null,
      reason:
        '5 runs were missed, from 2026-06-01 01:00 UTC to 2026-06-01 05:00 UTC. This schedule leaves out what was missed.',
    });
  });

  it('give the one run for all that was missed the whole time since the last as its window', async () => {
    const job = await kit.job('report');
    await kit.schedule(job, hourly);
    await after(5.5 * hour);
    expect(await kit.runsOf(job)).toMatchObject([{ window_start: begin, window_end: begin + 5 * hour }]);
  });

  it('under "all" make up for 500 missed runs at most, and say so', async () => {
    const job = await kit.job('report');
    await kit.schedule(job, '* * * * *', { missed: 'all' });
    await after(600 * minute + 30_000);
    const found = await kit.service.find(job);
    expect([found?.waiting, (await kit.times(job)).length]).toEqual([499, 1]);
    expect(await kit.times(job)).toEqual(['01:41']);
    const skipped = await db.selectFrom('job_turns').select('reason').where('state', '=', 'skipped').execute();
    expect(skipped).toEqual([{ reason: expect.stringContaining('More than 500 runs were missed') as string }]);
  });

  describe('with a run that has not ended', () => {
    const twoDue = async (overlap: 'wait' | 'skip' | 'stop') => {
      const job = await kit.job('report');
      await kit.schedule(job, hourly, { overlap });
      await after(hour);
      await after(hour);
      return job;
    };

    it('wait for it, one after the other', async () => {
      const job = await twoDue('wait');
      await after(hour);
      expect([await kit.times(job), (await kit.service.find(job))?.waiting]).toEqual([['01:00'], 2]);
      for (let i = 0; i < 2; i += 1) {
        await kit.endAll(job);
        await kit.plane.step();
      }
      expect(await kit.times(job)).toEqual(['01:00', '02:00', '03:00']);
    });

    it('leave the next one out', async () => {
      const job = await twoDue('skip');
      await kit.endAll(job);
      await after(hour);
      expect(await kit.times(job)).toEqual(['01:00', '03:00']);
      expect((await kit.service.find(job))?.recent.map(({ state, reason }) => [state, reason])).toEqual([
        ['started', null],
        ['skipped', 'The run before had not ended.'],
        ['started', null],
      ]);
    });

    it('stop it, and start the last one that is due once it is gone', async () => {
      const job = await twoDue('stop');
      const [old] = await kit.runsOf(job);
      expect(kit.plane.replaced).toEqual([old?.id]);
      await after(hour);
      await kit.end(old?.id ?? 0, 'stopped');
      await kit.plane.step();
      expect(await kit.times(job)).toEqual(['01:00', '03:00']);
    });

    it('count one that is tried again as going on, also between its tries', async () => {
      const job = await kit.job('report', { retries: 1 });
      await kit.schedule(job, hourly);
      await after(hour);
      const [first] = await kit.runsOf(job);
      await db
        .updateTable('executions')
        .set({ state: 'failed', ended_at: clock.now() })
        .where('id', '=', first?.id ?? 0)
        .execute();
      // It has ended, and nobody has said yet whether it is tried again.
      await after(hour);
      expect(await kit.keys(job)).toHaveLength(1);
      await kit.plane.announce();
      await kit.plane.step();
      expect(await kit.keys(job)).toEqual(['schedule:2026-06-01T01:00:00.000Z', `retry:${first?.id}`]);
      await kit.endAll(job);
      await kit.plane.step();
      expect(await kit.times(job)).toEqual(['01:00', '01:00', '02:00']);
    });

    it('make up for missed runs one after the other, whatever the rule for others', async () => {
      const job = await kit.job('report');
      await kit.schedule(job, hourly, { missed: 'all', overlap: 'stop' });
      await after(3 * hour);
      expect([await kit.times(job), kit.plane.replaced]).toEqual([['01:00'], []]);
      for (let i = 0; i < 3; i += 1) {
        await kit.endAll(job);
        await kit.plane.step();
      }
      expect(await kit.times(job)).toEqual(['01:00', '02:00', '03:00']);
    });
  });

  describe('that were changed', () => {
    it('let nothing of the former times run, and nothing of the time before the change', async () => {
      const job = await kit.job('report');
      await kit.schedule(job, hourly, { missed: 'all' });
      await after(2 * hour);
      await kit.schedule(job, '30 * * * *', { missed: 'all' });
      await kit.endAll(job);
      await after(hour);
      expect(await kit.times(job)).toEqual(['01:00', '02:30']);
      expect((await kit.service.find(job))?.recent).toMatchObject([
        { state: 'started' },
        { state: 'skipped', reason: 'The schedule was changed before this run could begin.' },
        { state: 'started' },
      ]);
    });

    it('in what they do with missed runs alone lose nothing that is due', async () => {
      const job = await kit.job('report');
      await kit.schedule(job, hourly, { missed: 'skip' });
      clock.advance(2.5 * hour);
      await kit.schedule(job, hourly, { missed: 'one' });
      await kit.plane.step();
      expect(await kit.times(job)).toEqual(['02:00']);
    });

    it('do nothing while they are switched off, and miss nothing then', async () => {
      const job = await kit.job('report');
      await kit.schedule(job, hourly, { enabled: false, missed: 'all' });
      await after(3 * hour);
      expect((await kit.service.find(job))?.nextRuns).toEqual([]);
      await kit.schedule(job, hourly, { missed: 'all' });
      await after(hour);
      expect(await kit.times(job)).toEqual(['04:00']);
    });

    it('are gone with the wish for them, and with their job', async () => {
      const [job, other] = [await kit.job('report'), await kit.job('other')];
      for (const id of [job, other]) await kit.schedule(id, hourly);
      await after(hour);
      await after(hour);
      await kit.service.remove(job);
      await kit.endAll(job);
      await after(hour);
      expect([await kit.times(job), await kit.service.find(job)]).toEqual([['01:00'], null]);
      await db.deleteFrom('jobs').where('id', '=', other).execute();
      await after(hour);
      expect(await db.selectFrom('schedules').selectAll().execute()).toEqual([]);
    });
  });

  it.each<[string, (id: { project: string; ada: string }) => Promise<unknown>, () => Promise<unknown>, string]>([
    [
      'whose project is archived',
      ({ project }) => db.updateTable('projects').set({ archived_at: 1 }).where('id', '=', project).execute(),
      () => db.updateTable('projects').set({ archived_at: null }).execute(),
      'The project is archived',
    ],
    [
      'of somebody who is disabled',
      ({ ada }) => db.updateTable('users').set({ disabled_at: 1 }).where('id', '=', ada).execute(),
      () => db.updateTable('users').set({ disabled_at: null }).execute(),
      'ada@example.org, whose account is disabled',
    ],
    [
      'of somebody who may only read now',
      () => db.updateTable('members').set({ role: 'viewer' }).execute(),
      () => db.updateTable('members').set({ role: 'editor' }).execute(),
      'ada@example.org, who may only read',
    ],
  ])('%s pause, say why, and then treat it as missed', async (_whose, pause, resume, reason) => {
    const job = await kit.job('report');
    await kit.schedule(job, hourly);
    await pause({ project: kit.projectId, ada: kit.ada });
    await after(3 * hour);
    expect(await kit.times(job)).toEqual([]);
    expect((await kit.service.find(job))?.paused).toContain(reason);
    expect(await kit.plane.nextRuns([job])).toEqual(new Map());
    await resume();
    await kit.plane.step();
    expect([await kit.times(job), (await kit.service.find(job))?.paused]).toEqual([['03:00'], null]);
  });
});
