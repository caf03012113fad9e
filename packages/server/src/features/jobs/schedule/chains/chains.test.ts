import type { Kysely } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../../../../db/schema.ts';
import { fakeClock } from '../../../../lib/clock.fake.ts';
import { testDatabase } from '../../../../testing/database.ts';
import { hour, minute, scheduleKit } from '../schedule.fixture.ts';

describe('a job that starts after others', () => {
  let open: Awaited<ReturnType<typeof testDatabase>>;
  let db: Kysely<Database>;
  let clock: ReturnType<typeof fakeClock>;
  let kit: Awaited<ReturnType<typeof scheduleKit>>;
  let [load, clean, report] = [0, 0, 0];
  beforeEach(async () => {
    open = await testDatabase();
    ({ db } = open);
    clock = fakeClock(Date.UTC(2026, 5, 1));
    kit = await scheduleKit(db, clock);
    [load, clean, report] = [await kit.job('load'), await kit.job('clean'), await kit.job('report')];
    await set(report, [load, clean]);
  });
  afterEach(() => open[Symbol.asyncDispose]());

  const set = (id: number, after: number[]) => kit.chains.set({ id, projectId: kit.projectId }, after);
  let keys = 0;
  /** Has a job run, to its end. */
  const run = async (jobId: number, state: 'succeeded' | 'failed' | 'stopped' = 'succeeded'): Promise<number> => {
    const { id } = await kit.plane.start({ jobId, trigger: { kind: 'manual' }, key: `manual${(keys += 1)}` });
    await kit.end(id, state);
    await kit.plane.step();
    return id;
  };

  it('does so once all of them have succeeded since the last time, in any order and however often', async () => {
    await run(load);
    await run(load);
    expect(await kit.keys(report)).toEqual([]);
    expect(await kit.chains.get(report)).toEqual({
      after: [
        { id: clean, name: 'clean', succeeded: false },
        { id: load, name: 'load', succeeded: true },
      ],
      before: [],
    });
    const last = await run(clean);
    expect(await kit.keys(report)).toEqual([`after:${last}`]);
    await run(clean);
    expect(await kit.keys(report)).toHaveLength(1);
    const next = await run(load);
    expect(await kit.keys(report)).toEqual([`after:${last}`, `after:${next}`]);
    expect((await kit.chains.get(load)).before).toEqual([{ id: report, name: 'report' }]);
  });

  it('does not when one of them failed or was stopped, unless it is tried again and succeeds', async () => {
    await run(load, 'failed');
    await run(clean);
    await run(load, 'stopped');
    expect(await kit.keys(report)).toEqual([]);
    const patient = await kit.job('patient', { retries: 1 });
    await set(report, [patient]);
    await run(patient, 'failed');
    await kit.endAll(patient);
    await kit.plane.step();
    expect(await kit.keys(report)).toHaveLength(1);
  });

  it('does so once when its end is told twice', async () => {
    await set(report, [load]);
    const id = await run(load);
    await db.updateTable('executions').set({ announced_at: null }).where('id', '=', id).execute();
    await kit.plane.announce();
    await kit.plane.step();
    expect(await kit.keys(report)).toEqual([`after:${id}`]);
  });

  it('is for the time that all before it were for, and for none where they differ', async () => {
    for (const job of [load, clean]) await kit.schedule(job, '0 * * * *');
    clock.advance(hour);
    await kit.plane.step();
    for (const job of [load, clean]) await kit.endAll(job);
    await kit.plane.step();
    const at = Date.UTC(2026, 5, 1, 1);
    expect(await kit.runsOf(report)).toMatchObject([{ logical_at: at, window_start: at - hour, window_end: at }]);
    await kit.schedule(clean, '30 * * * *');
    clock.advance(30 * minute);
    await kit.plane.step();
    clock.advance(30 * minute);
    await kit.plane.step();
    for (const job of [load, clean]) await kit.endAll(job);
    await kit.plane.step();
    expect((await kit.runsOf(report))[1]).toMatchObject({ logical_at: null, window_start: null });
  });

  it('waits while its project is archived', async () => {
    await set(report, [load]);
    await db.updateTable('projects').set({ archived_at: 1 }).execute();
    await run(load);
    expect(await kit.keys(report)).toEqual([]);
    await db.updateTable('projects').set({ archived_at: null }).execute();
    await kit.plane.step();
    expect(await kit.keys(report)).toHaveLength(1);
  });

  it('cannot be one of a circle, whose jobs are named', async () => {
    await set(clean, [load]);
    await expect(set(load, [report])).rejects.toMatchObject({
      code: 'bad_request',
      message: expect.stringMatching(/circle: load → (clean → )?report → load\. /) as string,
    });
    await expect(set(load, [load])).rejects.toMatchObject({
      message: expect.stringContaining('circle: load → load.') as string,
    });
    expect((await kit.chains.get(load)).after).toEqual([]);
  });

  it('waits for jobs of its project alone, and no longer for one that is gone', async () => {
    await expect(set(report, [999])).rejects.toMatchObject({ message: 'There is no job 999 in this project.' });
    await db.deleteFrom('jobs').where('id', '=', clean).execute();
    await run(load);
    expect(await kit.keys(report)).toHaveLength(1);
    await set(report, []);
    await run(load);
    expect(await kit.keys(report)).toHaveLength(1);
  });
});
