import type { Execution, Job } from '@emberlab/contract';
import { describe, expect, it } from 'vitest';
import { jobsFixture, type JobsFixture } from '../testing/jobs.fixture.ts';

const logOf = async (it: JobsFixture, id: number, query = ''): Promise<string> =>
  (await it.call('GET', `/executions/${id}/log${query}`)).body;

describe('rights', () => {
  it('let editors run a job, and who started a run, the owner of its job and owners of the project stop it', async () => {
    await using it = await jobsFixture();
    const [bob, eve, vic] = [
      await it.member('bob', 'editor'),
      await it.member('eve', 'editor'),
      await it.member('vic', 'viewer'),
    ];
    it.write('Resources/job.py', '');
    const job = await it.must<Job>('POST', '/jobs', { body: { name: 'job', program: 'Resources/job.py' }, as: bob });
    const path = `/jobs/${job.id}/executions`;
    expect((await it.call('POST', path, { body: {}, as: vic })).status).toBe(403);
    const run = await it.run(job, {}, eve);
    expect(run).toMatchObject({ startedBy: { email: eve.email }, mine: true, mayStop: true });
    const other = await it.run(job, {}, bob);
    expect((await it.call('POST', `/executions/${other.id}/stop`, { as: eve })).status).toBe(403);
    expect((await it.call('POST', `/executions/${run.id}/stop`, { as: bob })).status).toBe(202);
    expect((await it.call('DELETE', `/executions/${other.id}`, { as: bob })).body.error.code).toBe('execution_running');
    expect((await it.call('DELETE', `/executions/${run.id}`, { as: eve })).status).toBe(200);
    expect((await it.call('GET', `/executions/${run.id}`, { as: vic })).status).toBe(404);
    expect((await it.call('GET', `/executions/${other.id}`, { as: vic })).status).toBe(200);
  });

  it('to a secret in the configuration of a job don’t come with the right to run it', async () => {
    await using it = await jobsFixture();
    const [bob, eve] = [await it.member('bob', 'editor'), await it.member('eve', 'editor')];
    it.write('Resources/job.py', '');
    const configuration = { type: 'python', environment: 'COLOUR=red\nDB_PASSWORD=hush' };
    const body = { name: 'job', program: 'Resources/job.py', type: 'python', configuration };
    const job = await it.must<Job>('POST', '/jobs', { body, as: bob });
    const environmentFor = async (id: number, as = bob) =>
      (await it.must<Execution>('GET', `/executions/${id}`, { as })).configuration;
    const run = await it.run(job, {}, eve);
    expect(run).toMatchObject({ mayStop: true, configuration: { environment: 'COLOUR=red' } });
    expect(await environmentFor(run.id, eve)).toMatchObject({ environment: 'COLOUR=red' });
    expect(await environmentFor(run.id)).toMatchObject({ environment: 'COLOUR=red\nDB_PASSWORD=hush' });
    await it.must('DELETE', `/jobs/${job.id}`, { as: bob });
    expect((await it.reach(run.id, 'stopped')).jobId).toBeNull();
    expect(await environmentFor(run.id, eve)).toMatchObject({ environment: 'COLOUR=red' });
  });

  it('that go end the runs of their member, and nobody else’s', async () => {
    await using it = await jobsFixture();
    const bob = await it.member('bob', 'editor');
    const job = await it.python('long', 'sleep 1000');
    const [own, bobs, waits] = [
      await it.run(job),
      await it.run(job, {}, bob),
      await it.run(await it.spark('s'), {}, bob),
    ];
    await it.reach(bobs.id, 'running');
    await it.jobs.part.stop({ projectId: it.projectId, userId: bob.id }, 'member');
    expect((await it.reach(bobs.id, 'stopped')).reason).toMatch(/may not run anything in the project any more/);
    expect((await it.get(waits.id)).state).toMatch(/^stopp/);
    expect((await it.get(own.id)).state).toBe('running');
    expect((await it.jobs.part.living()).filter(({ userId }) => userId === bob.id && !it.fake.has(waits.id))).toEqual(
      [],
    );
  }, 20_000);

  it('a deleted job leaves its runs, ended, with their logs, and says before it goes that it does', async () => {
    const going: (number | null)[] = [];
    const fixture = jobsFixture({
      around: {
        async jobGoes(_, jobId) {
          const rows = (await fixture).kit.db.selectFrom('executions').select('job_id').where('job_id', '=', jobId);
          going.push(...(await rows.execute()).map((row) => row.job_id));
        },
      },
    });
    await using it = await fixture;
    const job = await it.python('gone', 'echo said; sleep 1000');
    const { id } = await it.run(job);
    await it.reach(id, 'running');
    await expect.poll(() => logOf(it, id)).toContain('said');
    await it.must('DELETE', `/jobs/${job.id}`);
    expect(going).toEqual([job.id]);
    expect(await it.reach(id, 'stopped')).toMatchObject({
      jobId: null,
      jobName: 'gone',
      reason: 'Its job was deleted.',
    });
    expect(await logOf(it, id)).toContain('said');
  }, 20_000);
});
