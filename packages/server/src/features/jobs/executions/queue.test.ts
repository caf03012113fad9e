import type { Execution, Job } from '@emberlab/contract';
import { describe, expect, it } from 'vitest';
import { fakeClock } from '../../../lib/clock.fake.ts';
import { jobsFixture } from '../testing/jobs.fixture.ts';

describe('the queue', () => {
  it('asked twice with one key has a job run once', async () => {
    await using it = await jobsFixture();
    const job = await it.spark('once');
    const [first, second] = await Promise.all([it.run(job, { key: 'k' }), it.run(job, { key: 'k' })]);
    expect(second.id).toBe(first.id);
    expect((await it.run(job)).id).not.toBe(first.id);
  });

  it('takes as many as may run at a time, in their order, and says what the others wait for', async () => {
    await using it = await jobsFixture({ runLimit: 2 });
    const job = await it.spark('many');
    const ids: number[] = [];
    for (let count = 0; count < 4; count += 1) ids.push((await it.run(job)).id);
    await it.jobs.reconcile();
    const all = () => Promise.all(ids.map(it.get));
    expect((await all()).map(({ state }) => state)).toEqual(['starting', 'starting', 'queued', 'queued']);
    expect((await all()).map(({ queuePosition }) => queuePosition)).toEqual([null, null, 1, 2]);
    expect((await all())[2]?.waitsFor).toMatch(/2 runs at a time/);
    it.fake.end(ids[0] ?? 0, 'succeeded');
    await it.reach(ids[2] ?? 0, 'starting');
    expect((await all()).map(({ state }) => state)).toEqual(['succeeded', 'starting', 'starting', 'queued']);
  });

  it('keeps to the limits of members and projects, and names them', async () => {
    await using it = await jobsFixture();
    const bob = await it.member('bob', 'editor');
    await it.kit.db.insertInto('user_limits').values({ user_id: it.ada.id, kind: 'runs', value: 1 }).execute();
    const job = await it.spark('limited');
    const [first, second, other] = [await it.run(job), await it.run(job), await it.run(job, {}, bob)];
    await it.reach(other.id, 'starting');
    expect((await it.get(second.id)).waitsFor).toMatch(/^You may have 1 run of a job at a time/);
    expect((await it.get(second.id)).timeline).toHaveLength(1);
    it.fake.end(first.id, 'succeeded');
    await it.reach(second.id, 'starting');
  });

  it('takes 1000 runs of a member, and answers those that there are by their keys', async () => {
    await using it = await jobsFixture({ runLimit: 0 });
    const bob = await it.member('bob', 'editor');
    const job = await it.spark('flood');
    const first = await it.run(job, { key: 'first' });
    const { id: _id, ...row } = await it.kit.db.selectFrom('executions').selectAll().executeTakeFirstOrThrow();
    for (let more = 1; more < 1000; more += 111) {
      const rows = Array.from({ length: 111 }, (_, index) => ({ ...row, key: `more:${more + index}` }));
      await it.kit.db.insertInto('executions').values(rows).execute();
    }
    const refused = await it.call('POST', `/jobs/${job.id}/executions`, { body: { key: 'next' } });
    expect([refused.status, refused.body.error.message]).toEqual([409, expect.stringMatching(/^You have 1000 runs/)]);
    expect((await it.run(job, { key: 'first' })).id).toBe(first.id);
    expect((await it.run(job, {}, bob)).queuePosition).toBe(1001);
    const page = await it.must<{ items: Execution[] }>('GET', '/executions?limit=3&state=live');
    expect(page.items.map(({ queuePosition }) => queuePosition)).toEqual([1001, 1000, 999]);
    expect((await it.must<{ items: Job[] }>('GET', '/jobs?running=1')).items.map(({ name }) => name)).toEqual([
      'flood',
    ]);
    await it.jobs.reconcile();
    expect((await it.get(first.id)).waitsFor).toMatch(/^It waits for its turn/);
  });

  it('has one run at a time of a job that wants that', async () => {
    await using it = await jobsFixture();
    const job = await it.spark('single', { policy: { concurrentRuns: false } });
    const [first, second] = [await it.run(job), await it.run(job)];
    await it.reach(first.id, 'starting');
    expect(await it.get(second.id)).toMatchObject({
      state: 'queued',
      waitsFor: expect.stringMatching(/one run at a time/),
    });
    it.fake.end(first.id, 'failed');
    await it.reach(second.id, 'starting');
  });

  it('waits for the environment as long as one comes', async () => {
    await using it = await jobsFixture();
    it.state.ready = false;
    const [first, second] = [await it.run(await it.spark('one')), await it.run(await it.spark('two'))];
    await it.jobs.reconcile();
    expect((await it.get(first.id)).waitsFor).toMatch(/waits for the Python environment/);
    it.state.ready = true;
    await it.reach(first.id, 'starting');
    it.fake.end(first.id, 'succeeded');
    it.state.ready = false;
    it.state.whyNone = 'The index could not be reached.';
    const third = await it.run(await it.spark('three'));
    expect((await it.reach(third.id, 'failed')).reason).toMatch(
      /no Python environment\. The index could not be reached/,
    );
    expect((await it.get(second.id)).state).not.toBe('queued');
  });

  it('lets what waits be stopped at once', async () => {
    await using it = await jobsFixture();
    const { id } = await it.run(await it.spark('waits'));
    expect(await it.must('POST', `/executions/${id}/stop`)).toMatchObject({ state: 'stopped', startedAt: null });
    await it.jobs.reconcile();
    expect(it.fake.has(id)).toBe(false);
  });
});

describe('the policy of a job', () => {
  it('has failed runs tried again after a while, as often as it says, with what they began with', async () => {
    const clock = fakeClock();
    await using it = await jobsFixture({ clock });
    const policy = { retries: 1, retryDelaySeconds: 60 };
    const job = await it.spark('retried', { policy, arguments: ['first'] });
    const { id } = await it.run(job, { arguments: ['given'] });
    await it.reach(id, 'starting');
    it.fake.end(id, 'failed', 'It broke.');
    await it.reach(id, 'failed');
    const list = async () => (await it.must<{ items: Execution[] }>('GET', `/executions?job=${job.id}`)).items;
    const [again] = await list();
    expect(again).toMatchObject({
      state: 'queued',
      attempt: 2,
      trigger: { kind: 'retry', of: id },
      arguments: ['given'],
    });
    await it.jobs.reconcile();
    expect((await it.get(again?.id ?? 0)).waitsFor).toMatch(/^It is tried again at /);
    clock.advance(60_000);
    await it.reach(again?.id ?? 0, 'starting');
    it.fake.end(again?.id ?? 0, 'failed', 'It broke again.');
    await it.reach(again?.id ?? 0, 'failed');
    expect(await list()).toHaveLength(2);
  });

  it('tries nothing again that somebody has stopped', async () => {
    await using it = await jobsFixture();
    const job = await it.spark('stopped', { policy: { retries: 3, retryDelaySeconds: 0 } });
    const { id } = await it.run(job);
    await it.reach(id, 'starting');
    await it.must('POST', `/executions/${id}/stop`);
    await it.jobs.reconcile();
    expect(it.fake.stopped).toEqual([{ id, why: 'stopped' }]);
    it.fake.end(id, 'stopped');
    await it.reach(id, 'stopped');
    expect((await it.must<{ items: Execution[] }>('GET', '/executions')).items).toHaveLength(1);
  });

  it('ends what takes too long, as failed', async () => {
    const clock = fakeClock();
    await using it = await jobsFixture({ clock });
    const { id } = await it.run(await it.spark('slow', { policy: { timeLimitMinutes: 2 } }));
    await it.reach(id, 'starting');
    it.fake.become(id, { state: 'running', applicationId: null });
    await it.reach(id, 'running');
    clock.advance(120_000);
    await it.reach(id, 'stopping');
    await it.jobs.reconcile();
    it.fake.end(id, 'stopped');
    expect((await it.reach(id, 'failed')).reason).toBe(
      'It took longer than the 2 min that its job allows, so it was stopped.',
    );
  });
});
