import type { Execution } from '@emberlab/contract';
import { QueryClient } from '@tanstack/react-query';
import { describe, expect, it } from 'vitest';
import { job, running } from '../features/jobs/jobs.fixture.ts';
import { applyAnyJobs, applyJob, applyRemovedRun, applyRun } from './job-news.ts';
import { keys } from './queries.ts';

const jobsKey = [...keys.jobLists('demo'), {}];
const runsKey = [...keys.runLists('demo'), { job: '7' }];
const pageOf = (items: unknown[]) => ({ pages: [{ items, next: null }], pageParams: [undefined] });

/** A page that shows a list of jobs and one of runs. */
function shown(runs: readonly Execution[] = []) {
  const client = new QueryClient();
  client.setQueryData(jobsKey, pageOf([job]));
  client.setQueryData(runsKey, pageOf([...runs]));
  const stale = (key: readonly unknown[]) => client.getQueryState(key)?.isInvalidated;
  return { client, stale };
}

describe('news of runs', () => {
  it('ask for the lists when one is new, and change the bars of its job', () => {
    const { client, stale } = shown();
    applyRun(client, 'demo', running);
    expect([stale(runsKey), stale(jobsKey)]).toEqual([true, true]);
    expect(JSON.stringify(client.getQueryData(jobsKey))).toContain('"id":13,"state":"running"');
  });

  it('about progress cost no request, whether or not a list has the run', () => {
    for (const runs of [[running], []]) {
      const { client, stale } = shown(runs);
      applyRun(client, 'demo', running);
      client.setQueryData(jobsKey, pageOf([{ ...job, lastRuns: [] }]));
      client.setQueryData(runsKey, pageOf([...runs]));
      applyRun(client, 'demo', { ...running, progress: 0.7 });
      expect([stale(runsKey), stale(jobsKey)]).toEqual([false, false]);
      expect(JSON.stringify(client.getQueryData(runsKey)).includes('"progress":0.7')).toBe(runs.length > 0);
    }
  });

  it('ask for the lists when its state changes, or it is gone', () => {
    for (const news of [
      (client: QueryClient) => applyRun(client, 'demo', { ...running, state: 'succeeded' }),
      (client: QueryClient) => applyRemovedRun(client, 'demo', running.id),
      (client: QueryClient) => applyAnyJobs(client, 'demo'),
    ]) {
      const { client, stale } = shown([running]);
      news(client);
      expect(stale(runsKey)).toBe(true);
    }
  });
});

describe('news of jobs', () => {
  it('change the lists that have the job, and ask for those that may get it', () => {
    const { client, stale } = shown();
    const filtered = [...keys.jobLists('demo'), { search: 'x' }];
    client.setQueryData(filtered, pageOf([]));
    applyJob(client, 'demo', { ...job, name: 'hourly' });
    expect([stale(jobsKey), stale(filtered)]).toEqual([false, true]);
    expect(JSON.stringify(client.getQueryData(jobsKey))).toContain('"name":"hourly"');
  });
});
