import { expect, it } from 'vitest';
import { jobsFixture } from '../testing/jobs.fixture.ts';
import { createPlaces } from './places.ts';
import { createExecutionStore } from './store.ts';

it('two control planes together take as many runs as may run at a time', async () => {
  await using it = await jobsFixture({ runLimit: 2 });
  const other = it.make();
  const job = await it.spark('many');
  for (let count = 0; count < 6; count += 1) await it.run(job);
  await Promise.all([it.jobs.reconcile(), other.reconcile()]);
  const begun = it.fake.begun();
  expect(begun.toSorted((a, b) => a - b)).toEqual([1, 2]);
  expect((await it.get(3)).waitsFor).toMatch(/2 runs at a time/);
  for (const id of begun) it.fake.end(id, 'succeeded');
  await it.reach(3, 'starting');
  await other.close();
});

it('gives no second place to a job that has one run at a time, whatever a control plane has read before', async () => {
  await using it = await jobsFixture();
  const job = await it.spark('single', { policy: { concurrentRuns: false } });
  await it.run(job);
  await it.run(job);
  const [first, second] = await createExecutionStore(it.kit.db).listLive();
  if (first === undefined || second === undefined) throw new Error('two runs were asked for');
  const claim = createPlaces(it.kit.db, 8);
  expect(await claim(second, 1)).toMatchObject({ run: { state: 'preparing' } });
  expect(await claim(first, 1)).toEqual({ waits: 'before' });
});
