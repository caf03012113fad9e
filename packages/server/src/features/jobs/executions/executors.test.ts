import type { SessionExecutors } from '@emberlab/contract';
import { expect, it } from 'vitest';
import { fakeClock } from '../../../lib/clock.fake.ts';
import { jobsFixture } from '../testing/jobs.fixture.ts';

const page = 'http://worker:8081/logPage/?logType=stderr';
const executor = {
  id: '0',
  host: 'worker:7078',
  active: true,
  cores: 2,
  memoryUsedBytes: 1,
  memoryTotalBytes: 2,
  activeTasks: 2,
  completedTasks: 3,
  failedTasks: 0,
  addedAt: null,
  removedAt: null,
  removeReason: null,
  logs: ['stderr'] as const,
};
const metrics = { executors: 1, cores: 2, memoryUsedBytes: 1, memoryTotalBytes: 2, activeJob: null };
const sightOf = (completedTasks: number) => ({
  uiAvailable: true,
  metrics,
  progress: 0.5,
  sample: null,
  executors: [{ ...executor, logs: [...executor.logs], completedTasks, pages: { stderr: page } }],
});

it('shows the executors of a run with their logs while it runs, and as they were last when it has ended', async () => {
  const clock = fakeClock();
  await using fixture = await jobsFixture({ clock });
  const { id } = await fixture.run(await fixture.spark('count'));
  await fixture.reach(id, 'starting');
  const executors = () => fixture.must<SessionExecutors>('GET', `/executions/${id}/executors`);
  expect(await executors()).toMatchObject({ items: [], note: expect.stringContaining('once Spark is up') });
  const driver = fixture.fake.of(id);
  driver.state = { state: 'running', applicationId: 'local-7' };
  driver.sight = sightOf(3);
  await fixture.reach(id, 'running');
  await expect.poll(executors).toEqual({ items: [executor], note: null });
  expect(await fixture.get(id)).toMatchObject({ progress: 0.5, application: { uiAvailable: true, metrics } });
  const log = () => fixture.call('GET', `/executions/${id}/executors/0/log?stream=stderr`);
  expect((await log()).body).toBe(`run ${id}, 0, stderr, ${page}`);

  // The numbers of its last moment are written down with its end.
  clock.advance(2000);
  driver.sight = sightOf(4);
  await fixture.jobs.reconcile();
  fixture.fake.end(id, 'succeeded');
  const { endedAt } = await fixture.reach(id, 'succeeded');
  const gone = { ...executor, active: false, activeTasks: 0, completedTasks: 4, removedAt: endedAt };
  const seen = { items: [gone], note: expect.stringContaining('seen last') };
  expect(await executors()).toEqual(seen);
  expect((await log()).body).toBe(`run ${id}, 0, stderr, ${page}`);
  expect((await fixture.call('GET', `/executions/${id}/executors/9/log`)).body).toBe(`run ${id}, 9, stderr, no page`);
  await using later = { jobs: fixture.make(), [Symbol.asyncDispose]: () => later.jobs.close() };
  expect(await later.jobs.executions.executors(fixture.projectId, id)).toEqual(seen);
});

it('shows them, and their logs, to members of the project alone', async () => {
  await using fixture = await jobsFixture();
  const { id } = await fixture.run(await fixture.spark('count'));
  const vic = await fixture.member('vic', 'viewer');
  for (const path of [`/executions/${id}/executors`, `/executions/${id}/executors/driver/log`]) {
    expect((await fixture.call('GET', path, { as: vic })).status).toBe(200);
    expect((await fixture.call('GET', path.replace(String(id), '999'))).status).toBe(404);
  }
});
