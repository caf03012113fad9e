import { join } from 'node:path';
import type { Job } from '@emberlab/contract';
import { describe, expect, it } from 'vitest';
import { jobsFixture } from '../testing/jobs.fixture.ts';

describe('a run of a Spark program', () => {
  it('has a driver that is told what the job says, frozen when it was asked for', async () => {
    await using it = await jobsFixture();
    const job = await it.spark('sparky', { arguments: ['{window_start}', '{window_end}'] });
    const run = await it.jobs.startExecution({
      jobId: job.id,
      key: 'schedule:2026-01-31T00:00:00.000Z',
      trigger: { kind: 'schedule' },
      logicalAt: Date.parse('2026-01-31'),
      window: { start: Date.parse('2026-01-30'), end: Date.parse('2026-01-31') },
    });
    await it.must<Job>('PUT', `/jobs/${job.id}`, { body: { arguments: ['later'] } });
    await it.reach(run.id, 'starting');
    const { program, python } = it.fake.of(run.id);
    expect(program).toMatchObject({
      name: 'sparky',
      file: join(it.projectFolder, 'Resources/sparky.py'),
      args: ['2026-01-30T00:00:00.000Z', '2026-01-31T00:00:00.000Z'],
      environment: { EMBERLAB_LOGICAL_TIME: '2026-01-31T00:00:00.000Z', EMBERLAB_JOB_NAME: 'sparky' },
    });
    expect(python).toBe(join(it.folder, 'python'));
    it.fake.become(run.id, { state: 'running', applicationId: 'local-7' });
    expect(await it.reach(run.id, 'running')).toMatchObject({ application: { applicationId: 'local-7' } });
    it.fake.end(run.id, 'succeeded');
    expect(await it.reach(run.id, 'succeeded')).toMatchObject({ logicalTime: '2026-01-31T00:00:00.000Z' });
  });

  it('opens its Spark UI while it runs and after its end, for those who may stop it', async () => {
    await using it = await jobsFixture();
    const vic = await it.member('vic', 'viewer');
    const { id } = await it.run(await it.spark('ui'));
    await it.reach(id, 'starting');
    const open = (as = it.ada) => it.call('POST', `/executions/${id}/ui`, { as });
    expect((await open()).body.error.code).toBe('ui_unavailable');
    it.fake.become(id, { state: 'running', applicationId: 'local-7' });
    await it.reach(id, 'running');
    expect((await open()).body.url).toBe(`http://ui${id}.localhost:8080/ticket`);
    expect((await open(vic)).status).toBe(403);
    it.fake.end(id, 'succeeded');
    await it.reach(id, 'succeeded');
    expect(await it.get(id)).toMatchObject({ application: { uiAvailable: true } });
    expect((await open()).status).toBe(200);
  });

  it.each([
    ['failed', 'The Spark driver ended with exit code 1.', 'failed'],
    ['lost', null, 'lost'],
    ['stopped', 'The project was archived or deleted.', 'stopped'],
  ] as const)('ends as its driver does: %s', async (how, problem, state) => {
    await using it = await jobsFixture();
    const { id } = await it.run(await it.spark('ends'));
    await it.reach(id, 'starting');
    it.fake.end(id, how, problem);
    const run = await it.reach(id, state);
    expect(run.reason).toContain(problem ?? 'nobody knows');
  });

  it('is refused with a sentence where the project has a Livy of its own', async () => {
    await using it = await jobsFixture();
    it.state.hasLivy = true;
    const { id } = await it.run(await it.spark('livy'));
    expect((await it.reach(id, 'failed')).reason).toMatch(/its own Livy, which runs no jobs/);
  });
});
