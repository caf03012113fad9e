import type { Execution } from '@emberlab/contract';
import { describe, expect, it } from 'vitest';
import { fakeClock } from '../../../lib/clock.fake.ts';
import { jobsFixture } from '../testing/jobs.fixture.ts';

describe('the end of a run', () => {
  it('is told to each listener, again after one has failed, and then no more', async () => {
    const heard: string[] = [];
    let broken = true;
    await using it = await jobsFixture({
      around: {
        afterEnd: [
          async ({ id, state }) => void heard.push(`first ${id} ${state}`),
          async ({ id }) => {
            if (broken) throw new Error('down');
            heard.push(`second ${id}`);
          },
        ],
      },
    });
    const { id } = await it.run(await it.spark('heard'));
    await it.reach(id, 'starting');
    it.fake.end(id, 'succeeded');
    await it.reach(id, 'succeeded');
    broken = false;
    await it.jobs.reconcile();
    await it.jobs.reconcile();
    expect(heard.slice(-2)).toEqual([`first ${id} succeeded`, `second ${id}`]);
    expect(heard.filter((line) => line.startsWith('second'))).toHaveLength(1);
  });

  it('is told before the run is deleted, and one that can’t be told keeps its run', async () => {
    const heard: number[] = [];
    let broken = true;
    await using it = await jobsFixture({
      around: {
        afterEnd: [
          async ({ id }) => {
            if (broken) throw new Error('down');
            heard.push(id);
          },
        ],
      },
    });
    const { id } = await it.run(await it.spark('deleted'));
    await it.must('POST', `/executions/${id}/stop`);
    expect((await it.call('DELETE', `/executions/${id}`)).status).toBe(500);
    expect((await it.get(id)).state).toBe('stopped');
    broken = false;
    await it.must('DELETE', `/executions/${id}`);
    expect(heard).toEqual([id]);
    expect((await it.call('GET', `/executions/${id}`)).status).toBe(404);
  });
});

describe('the list of runs', () => {
  it('is filtered by job, state, time and person, and read in pages', async () => {
    const clock = fakeClock(Date.parse('2026-03-01T12:00:00Z'));
    await using it = await jobsFixture({ clock });
    const bob = await it.member('bob', 'editor');
    const [one, two] = [await it.spark('one'), await it.spark('two')];
    const first = await it.run(one);
    await it.must('POST', `/executions/${first.id}/stop`);
    clock.advance(86_400_000);
    const second = await it.run(two, {}, bob);
    const third = await it.run(one);
    const ids = async (query: string) => {
      const { items, next } = await it.must<{ items: Execution[]; next: string | null }>('GET', `/executions?${query}`);
      return [items.map(({ id }) => id), next];
    };
    const [a, b, c] = [first.id, second.id, third.id];
    expect(await ids('')).toEqual([[c, b, a], null]);
    expect(await ids('order=asc&limit=2')).toEqual([[a, b], String(b)]);
    expect(await ids(`order=asc&limit=2&cursor=${b}`)).toEqual([[c], null]);
    expect(await ids(`job=${one.id}`)).toEqual([[c, a], null]);
    expect(await ids('state=stopped')).toEqual([[a], null]);
    expect(await ids('state=live')).toEqual([[c, b], null]);
    expect(await ids('until=2026-03-01')).toEqual([[a], null]);
    expect(await ids('from=2026-03-02')).toEqual([[c, b], null]);
    expect(await ids('startedBy=bob@example.org')).toEqual([[b], null]);
  });
});

it('tells whoever looks at the project of each step, with what they may do', async () => {
  await using it = await jobsFixture();
  const vic = await it.member('vic', 'viewer');
  const events = it.watch(vic.id, 'viewer');
  const { id } = await it.run(await it.spark('told'));
  await it.reach(id, 'starting');
  const steps = events.flatMap((event) => (event.type === 'execution' ? [event.execution] : []));
  expect(steps.map(({ state }) => state)).toEqual(['queued', 'preparing', 'starting']);
  expect(steps.every(({ mayStop }) => !mayStop)).toBe(true);
  const jobs = events.flatMap((event) => (event.type === 'job' ? [event.job.lastRuns[0]?.state] : []));
  expect(jobs).toEqual([undefined, 'queued', 'preparing', 'starting']);
});
