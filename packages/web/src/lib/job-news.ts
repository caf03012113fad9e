import type { Execution, Job, LastRun } from '@emberlab/contract';
import type { InfiniteData, QueryClient, QueryKey } from '@tanstack/react-query';
import { keys } from './queries.ts';

type Pages<T> = InfiniteData<{ items: T[]; next: string | null }, string | undefined>;

/** So many runs of a job are shown as bars. */
const mostBars = 10;

/** What the bars of a job show of a run. */
const barOf = ({ id, state, createdAt, durationSeconds }: Execution): LastRun => ({
  id,
  state,
  createdAt,
  durationSeconds,
});

/** A job with a run that is new or has changed. */
function withRun(job: Job, run: Execution): Job {
  const others = job.lastRuns.filter(({ id }) => id !== run.id);
  const lastRuns = [...others, barOf(run)].toSorted((a, b) => b.id - a.id).slice(0, mostBars);
  return { ...job, lastRuns };
}

/** Changes an item in all lists that have it; answers the keys of those that have not. */
function changeInLists<T extends { id: number }>(
  client: QueryClient,
  lists: QueryKey,
  id: number,
  change: (item: T) => T,
): QueryKey[] {
  const without: QueryKey[] = [];
  for (const [key, pages] of client.getQueriesData<Pages<T>>({ queryKey: lists })) {
    if (pages?.pages.some(({ items }) => items.some((item) => item.id === id)) !== true) {
      without.push(key);
      continue;
    }
    client.setQueryData<Pages<T>>(key, {
      ...pages,
      pages: pages.pages.map((page) => ({
        ...page,
        items: page.items.map((item) => (item.id === id ? change(item) : item)),
      })),
    });
  }
  return without;
}

const askAgain = (client: QueryClient, queryKeys: readonly QueryKey[]): void => {
  for (const queryKey of queryKeys) void client.invalidateQueries({ queryKey, exact: true });
};

/** Anything about jobs and their runs may have changed. */
export function applyAnyJobs(client: QueryClient, project: string): void {
  void client.invalidateQueries({ queryKey: keys.jobs(project) });
  void client.invalidateQueries({ queryKey: ['project', project, 'runs'] });
}

/** A job is new or has changed; with it, what makes it run may have. */
export function applyJob(client: QueryClient, project: string, job: Job): void {
  client.setQueryData(keys.job(project, job.id), job);
  // Lists of other jobs may have to show it now, those that a filter made as well.
  askAgain(
    client,
    changeInLists<Job>(client, keys.jobLists(project), job.id, () => job),
  );
  for (const keyOf of [keys.schedule, keys.chain, keys.backfills]) {
    void client.invalidateQueries({ queryKey: keyOf(project, job.id) });
  }
}

export function applyRemovedJob(client: QueryClient, project: string, id: number): void {
  client.removeQueries({ queryKey: keys.job(project, id) });
  void client.invalidateQueries({ queryKey: keys.jobs(project) });
}

/** A run is new or has changed: progress costs no request, a change of its state asks for the lists that it may come into or leave. */
export function applyRun(client: QueryClient, project: string, run: Execution): void {
  const key = keys.run(project, run.id);
  const before = client.getQueryData<Execution>(key);
  client.setQueryData(key, run);
  if (before?.state !== run.state) {
    void client.invalidateQueries({ queryKey: keys.runMetrics(project, run.id) });
    void client.invalidateQueries({ queryKey: keys.runExecutors(project, run.id) });
  }
  const { jobId } = run;
  const known = [before?.state, stateInLists(client, project, run)].filter((state) => state !== undefined);
  changeInLists<Execution>(client, keys.runLists(project), run.id, () => run);
  if (jobId !== null) {
    changeInLists<Job>(client, keys.jobLists(project), jobId, (job) => withRun(job, run));
    client.setQueryData<Job>(keys.job(project, jobId), (job) => (job === undefined ? job : withRun(job, run)));
  }
  if (known.length > 0 && known.every((state) => state === run.state)) return;
  void client.invalidateQueries({ queryKey: keys.runLists(project) });
  if (jobId === null) return;
  void client.invalidateQueries({ queryKey: keys.jobLists(project) });
  void client.invalidateQueries({ queryKey: keys.backfills(project, jobId) });
  void client.invalidateQueries({ queryKey: keys.chain(project, jobId) });
}

/** The state in which lists show a run. */
function stateInLists(client: QueryClient, project: string, { id }: Execution): Execution['state'] | undefined {
  for (const [, pages] of client.getQueriesData<Pages<Execution>>({ queryKey: keys.runLists(project) })) {
    const known = pages?.pages.flatMap(({ items }) => items).find((item) => item.id === id);
    if (known !== undefined) return known.state;
  }
  for (const [, pages] of client.getQueriesData<Pages<Job>>({ queryKey: keys.jobLists(project) })) {
    const known = pages?.pages
      .flatMap(({ items }) => items)
      .flatMap((job) => job.lastRuns)
      .find((bar) => bar.id === id);
    if (known !== undefined) return known.state;
  }
  return undefined;
}

export function applyRemovedRun(client: QueryClient, project: string, id: number): void {
  client.removeQueries({ queryKey: keys.run(project, id) });
  void client.invalidateQueries({ queryKey: keys.runLists(project) });
  void client.invalidateQueries({ queryKey: keys.jobs(project) });
}
