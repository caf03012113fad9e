import { existsSync } from 'node:fs';
import type { Job } from '@emberlab/contract';
import { expect, it } from 'vitest';
import { fakeClock } from '../../../lib/clock.fake.ts';
import { jobsFixture, type JobsFixture } from '../testing/jobs.fixture.ts';

const day = 86_400_000;
const start = Date.parse('2026-03-01T12:00:00Z');

/** Runs of a job that had ended so many days ago, like one that is there, told of and over. */
async function ended(
  it: JobsFixture,
  job: Pick<Job, 'id'>,
  days: readonly number[],
  more: object = {},
): Promise<number[]> {
  const { id: _, ...row } = await it.kit.db.selectFrom('executions').selectAll().executeTakeFirstOrThrow();
  const rows = days.map((ago, index) => ({
    ...row,
    job_id: job.id,
    key: `ended ${ago} ${index} ${Math.random()}`,
    state: 'succeeded' as const,
    ended_at: start - ago * day,
    announced_at: start,
    ...more,
  }));
  return (await it.kit.db.insertInto('executions').values(rows).returning('id').execute()).map(({ id }) => id);
}
const ids = async (it: JobsFixture): Promise<number[]> =>
  (await it.kit.db.selectFrom('executions').select('id').orderBy('id').execute()).map(({ id }) => id);
/** Days ago, once each. */
const each = (count: number, ago: number): number[] => Array.from({ length: count }, () => ago);

it('runs go by their age, but for the last ten of each job, and those that have not ended', async () => {
  const clock = fakeClock(start);
  await using it = await jobsFixture({ clock, runsKept: { most: 1000, ms: 90 * day } });
  const [often, rare] = [await it.spark('often'), await it.spark('rare')];
  const { id: live } = await it.run(often);
  const old = await ended(it, often, each(5, 91));
  const young = await ended(it, often, each(10, 1));
  const seldom = await ended(it, rare, each(10, 400));
  await it.jobs.forgetOld();
  expect(await ids(it)).toEqual([live, ...young, ...seldom]);
  expect(old.length).toBe(5);
  // With time the others come of age: ten stay.
  const [newest] = await ended(it, often, [0]);
  clock.advance(90 * day);
  await it.jobs.forgetOld();
  expect(await ids(it)).toEqual([live, ...young.slice(1), ...seldom, newest]);
});

it('runs go beyond so many of a job, however young they are, in batches', async () => {
  await using it = await jobsFixture({ clock: fakeClock(start), runsKept: { most: 20, ms: null } });
  const job = await it.spark('minutely');
  const { id: live } = await it.run(job);
  const all = await ended(it, job, each(270, 0));
  await it.jobs.forgetOld();
  expect(await ids(it)).toEqual([live, ...all.slice(-20)]);
});

it('of a deleted job all go, by their age', async () => {
  await using it = await jobsFixture({ clock: fakeClock(start), runsKept: { most: 20, ms: 90 * day } });
  const job = await it.spark('gone');
  const { id: live } = await it.run(job);
  await ended(it, job, each(30, 100), { job_id: null });
  const young = await ended(it, job, each(30, 10), { job_id: null });
  await it.jobs.forgetOld();
  expect(await ids(it)).toEqual([live, ...young]);
});

it('one of whose end somebody is still to hear stays until then', async () => {
  await using it = await jobsFixture({ clock: fakeClock(start), runsKept: { most: 1000, ms: 90 * day } });
  const job = await it.spark('told');
  const { id: live } = await it.run(job);
  const [untold] = await ended(it, job, [100], { announced_at: null });
  const [watched = 0] = await ended(it, job, [100]);
  await ended(it, job, each(10, 1));
  const turn = {
    job_id: job.id,
    backfill_id: null,
    kind: 'schedule',
    key: 'k',
    trigger_json: '{"kind":"schedule"}',
    at: 0,
    logical_at: null,
    window_start: null,
    window_end: null,
    manner: 'wait',
    state: 'started',
    reason: null,
    execution_id: watched,
    over_at: null,
  } as const;
  await it.kit.db.insertInto('job_turns').values(turn).execute();
  await it.jobs.forgetOld();
  expect((await ids(it)).slice(0, 3)).toEqual([live, untold, watched]);
  await it.kit.db.updateTable('job_turns').set({ over_at: 1 }).execute();
  await it.kit.db.updateTable('executions').set({ announced_at: 1 }).where('ended_at', 'is not', null).execute();
  await it.jobs.forgetOld();
  expect(await ids(it)).toHaveLength(11);
});

it('its log, samples and executors go with it, and one that can’t be removed keeps none of the others', async () => {
  const clock = fakeClock(start);
  await using it = await jobsFixture({ clock, runsKept: { most: 1000, ms: 90 * day } });
  const python = await it.python('said', 'echo said');
  const spark = await it.spark('measured');
  const [said, measured] = [await it.run(python), await it.run(spark)];
  await it.reach(measured.id, 'starting');
  it.fake.end(measured.id, 'succeeded');
  await it.reach(measured.id, 'succeeded');
  await it.reach(said.id, 'succeeded');
  const { db } = it.kit;
  await db.insertInto('execution_samples').values({ execution_id: measured.id, at: 1, sample_json: '{}' }).execute();
  await db.insertInto('execution_executors').values({ execution_id: measured.id, executors_json: '[]' }).execute();
  clock.advance(91 * day);
  for (const job of [python, spark]) await ended(it, job, each(10, -91));
  it.fake.programs.forget = async () => {
    throw new Error('not now');
  };
  await it.jobs.forgetOld();
  expect([existsSync(it.folderOf(said.id)), (await ids(it)).includes(said.id)]).toEqual([false, false]);
  expect(existsSync(`${it.projectFolder}/Logs/said/${said.id}/output.log`)).toBe(true);
  expect((await ids(it)).includes(measured.id)).toBe(true);
  it.fake.programs.forget = async () => undefined;
  await it.jobs.forgetOld();
  expect(await db.selectFrom('execution_samples').selectAll().execute()).toEqual([]);
  expect(await db.selectFrom('execution_executors').selectAll().execute()).toEqual([]);
  expect((await ids(it)).includes(measured.id)).toBe(false);
});
