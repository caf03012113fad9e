import { createClient, type CallInput, type Client } from '@emberlab/contract';
import { Platform, runCommand } from '@emberlab/e2e/platform';
import { startPostgres } from '../../../scripts/postgres.ts';
import { percentile, round, type Figure } from '../figures.ts';
import { account, rounds, say, timed } from '../tools.ts';
import { project, jobs, runs, runsOfFirst, seedJobs } from './seed.ts';

const params = { project };
const pageSize = 100;
const goal = 'under 100 ms';
type RunsQuery = NonNullable<CallInput<'executions.list'>['query']>;
type JobsQuery = NonNullable<CallInput<'jobs.list'>['query']>;

/** Milliseconds of a request, over and over. */
async function measure(what: string, ask: () => Promise<unknown>): Promise<Figure> {
  const values: number[] = [];
  await ask();
  for (let count = 0; count < rounds * 10; count += 1) values.push(await timed('ms', ask));
  return { what: `${what} (p95 ${round(percentile(values, 95))} ms)`, unit: 'ms', values, goal };
}

async function measureLists(client: Client): Promise<Figure[]> {
  const first = (await client.call('jobs.list', { params, query: { name: 'job 0' } })).items[0]?.id;
  if (first === undefined) throw new Error('the first job is not there');
  const pageOf = async (query: RunsQuery) => {
    const { items, next } = await client.call('executions.list', { params, query: { limit: pageSize, ...query } });
    return { items, next };
  };
  /** What the page in the middle, and the last one, are asked for with: the ids of runs go on one by one. */
  const newest = (await pageOf({ limit: 1 })).items[0]?.id ?? 0;
  const [middle, last] = [newest - runs / 2, newest - runs + pageSize + 1].map(String);
  const { items, next } = await pageOf({ cursor: last });
  if (items.length !== pageSize || next !== null) throw new Error('the last page is not the last');
  const cases: [string, RunsQuery][] = [
    [`the first page of ${runs} runs`, {}],
    ['the page in the middle', { cursor: middle }],
    ['the last page', { cursor: last }],
    ['the oldest first', { order: 'asc' }],
    ['those that failed', { state: 'failed' }],
    ['the two pages of those that failed: the second', { state: 'failed', cursor: middle }],
    ['the one that was lost', { state: 'lost' }],
    ['those that have not ended', { state: 'live' }],
    ['those that have ended', { state: 'ended' }],
    [`those of a job with ${runsOfFirst}`, { job: first }],
    ['those of a job with a few', { job: first + 1 }],
    ['those of that job that were lost', { job: first + 1, state: 'lost' }],
    ['those of a day in the middle', { from: dayBefore(3), until: dayBefore(3) }],
    ["a person's", { startedBy: 'me' }],
    ['those of a person who has none', { startedBy: 'nobody@example.org' }],
  ];
  const figures: Figure[] = [];
  for (const [what, query] of cases) figures.push(await measure(what, () => pageOf(query)));
  const lists: [string, JobsQuery][] = [
    [`${pageSize} of ${jobs} jobs with their last runs`, {}],
    ['the others', { cursor: String(pageSize) }],
    ['by their last run', { sort: 'lastRun', order: 'desc' }],
    ['by the state of it', { sort: 'state' }],
    ['those whose last run failed', { state: 'failed' }],
    ['those that run', { running: '1' }],
    ['searched', { search: '19' }],
  ];
  for (const [what, query] of lists) {
    figures.push(
      await measure(what, () => client.call('jobs.list', { params, query: { limit: String(pageSize), ...query } })),
    );
  }
  figures.push(await measure('a run', () => client.call('executions.get', { params: { ...params, id: newest } })));
  return figures;
}

const dayBefore = (days: number): string => new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);

async function measureOn(database: string, platform: Platform, token: string): Promise<Figure[]> {
  say(`${database}: lists`);
  const figures = await measureLists(createClient({ baseUrl: `http://127.0.0.1:${platform.port}`, token }));
  return figures.map((figure) => ({ ...figure, what: `${database}: ${figure.what}` }));
}

/** Those that were made stay: they are old, and one job has more of them than are kept otherwise. */
const keepAll = { EMBERLAB_RUN_KEPT_DAYS: '0', EMBERLAB_RUNS_KEPT: '100000' };

/** Pages of 10,000 runs of 200 jobs, and of the jobs with their last runs, over HTTP, on each of the two databases with the same rows. */
export async function measureJobs(): Promise<Figure[]> {
  const platform = await Platform.prepare();
  const server = await startPostgres();
  try {
    const token = await account(platform);
    say(`Making ${runs} runs`);
    await seedJobs(platform.data);
    const settings = { EMBERLAB_DATABASE_URL: server.url };
    const { code, stderr } = await runCommand('./emberlab', ['db', 'move'], { env: { ...platform.env, ...settings } });
    if (code !== 0) throw new Error(stderr);
    await platform.start(keepAll);
    const figures = await measureOn('SQLite', platform, token);
    await platform.stop();
    await platform.start({ ...keepAll, ...settings });
    figures.push(...(await measureOn('PostgreSQL', platform, token)));
    return figures;
  } finally {
    await platform.remove();
    await server.stop();
  }
}
