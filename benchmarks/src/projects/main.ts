import { createClient, type Client } from '@emberlab/contract';
import { Platform, runCommand } from '@emberlab/e2e/platform';
import { startPostgres } from '../../../scripts/postgres.ts';
import type { Figure } from '../figures.ts';
import { account, password, rounds, say, timed } from '../tools.ts';
import { emailOf, jobRuns, jobs, projectOf, projects, seed, users } from './seed.ts';

/** how many are added in one request */
const invited = 1000;
/** how many log in at the same moment */
const storm = 100;
const goal = 'under 50 ms';
const pageGoal = 'under 100 ms';

/** Milliseconds of a request, over and over. */
async function measureList(what: string, ask: () => Promise<unknown>, most = goal): Promise<Figure> {
  const values: number[] = [];
  for (let round = 0; round < rounds * 4; round += 1) values.push(await timed('ms', ask));
  return { what, unit: 'ms', values, goal: most };
}

async function measureInvitations(client: Client): Promise<Figure> {
  const values: number[] = [];
  const params = { project: projectOf(projects - 1) };
  const members = Array.from({ length: invited }, (_, index) => ({ email: emailOf(index), role: 'editor' as const }));
  for (let round = 0; round < rounds; round += 1) {
    values.push(await timed('s', () => client.call('projects.addMembers', { params, body: { members } })));
    if (round === rounds - 1) break;
    // All out again, the last round's apart: the list of members is measured with them.
    const { items } = await client.call('projects.members', { params });
    for (const { email, role } of items) {
      if (role !== 'owner') await client.call('projects.removeMember', { params: { ...params, email } });
    }
  }
  return { what: `${invited} members added in one request`, unit: 's', values, goal: 'under 2 s' };
}

/** Logs in as a page does; answers the cookie, or null when it was refused. */
async function logIn(url: string, email: string): Promise<string | null> {
  const answer = await fetch(`${url}/api/v1/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password }),
  });
  await answer.arrayBuffer();
  return answer.ok ? (answer.headers.getSetCookie()[0]?.split(';')[0] ?? null) : null;
}

/** Seconds until the last of a hundred who log in at once is in, and how many were refused. */
async function measureStorm(url: string): Promise<Figure[]> {
  const values: number[] = [];
  let refused = 0;
  for (let round = 0; round < rounds; round += 1) {
    const emails = Array.from({ length: storm }, (_, index) => emailOf((round * storm + index) % users));
    values.push(
      await timed('s', async () => {
        const cookies = await Promise.all(emails.map((email) => logIn(url, email)));
        refused += cookies.filter((cookie) => cookie === null).length;
      }),
    );
  }
  return [
    { what: `${storm} logins at once, until the last is in`, unit: 's', values },
    { what: `of ${storm * rounds} logins refused`, unit: 'failed', values: [refused], goal: '0' },
  ];
}

/** Everything that is listed on a page, asked for as the page does. */
async function measureLists(url: string, client: Client): Promise<Figure[]> {
  const params = { project: projectOf(projects - 1) };
  const cookie = await logIn(url, 'bench@example.org');
  if (cookie === null) throw new Error('the first login was refused');
  const page = createClient({
    baseUrl: url,
    fetch: (input, init) => {
      const headers = new Headers(init?.headers);
      headers.set('cookie', cookie);
      return fetch(input, { ...init, headers });
    },
  });
  return [
    await measureList(`the list of ${projects} projects`, () => client.call('projects.list', {})),
    await measureList('a project', () => client.call('projects.get', { params })),
    await measureList(`the list of ${invited + 1} members`, () => client.call('projects.members', { params })),
    await measureList('recent notebooks', () => client.call('notebooks.recent', { params })),
    await measureList('Spark applications', () => client.call('sessions.list', { params })),
    await measureList(`a page of ${jobs} jobs`, () => client.call('jobs.list', { params, query: { limit: '100' } })),
    await measureList(
      'the same by their last runs',
      () => client.call('jobs.list', { params, query: { limit: '100', sort: 'lastRun', order: 'desc' } }),
      pageGoal,
    ),
    await measureList(
      `a page of ${jobRuns} runs`,
      () => client.call('executions.list', { params, query: { limit: '100' } }),
      pageGoal,
    ),
    await measureList(
      'those of one job that failed',
      () => client.call('executions.list', { params, query: { job: '1', state: 'failed', limit: '100' } }),
      pageGoal,
    ),
    await measureList('batches', () => client.call('batches.list', { params })),
    await measureList('the audit log', () => client.call('audit.list', {})),
    await measureList('the audit log, searched', () => client.call('audit.list', { query: { search: 'member77' } })),
    await measureList("a project's audit log", () => client.call('audit.ofProject', { params })),
    await measureList('service accounts', () => client.call('serviceAccounts.list', {})),
    await measureList('tokens', () => page.call('me.tokens', {})),
    await measureList('logins', () => page.call('me.logins', {})),
  ];
}

async function measureOn(database: string, platform: Platform, token: string): Promise<Figure[]> {
  const url = `http://127.0.0.1:${platform.port}`;
  const client = createClient({ baseUrl: url, token });
  say(`${database}: ${invited} members`);
  const figures = [await measureInvitations(client)];
  say(`${database}: lists`);
  figures.push(...(await measureLists(url, client)));
  say(`${database}: logins`);
  figures.push(...(await measureStorm(url)));
  return figures.map((figure) => ({ ...figure, what: `${database}: ${figure.what}` }));
}

/** Lists, invitations and logins with 1,000 users and 200 projects, on each of the two databases with the same rows. */
export async function measureProjects(): Promise<Figure[]> {
  const platform = await Platform.prepare();
  const server = await startPostgres();
  try {
    const token = await account(platform);
    seed(platform.data);
    const settings = { EMBERLAB_DATABASE_URL: server.url };
    say('Moving to PostgreSQL');
    const moved = await timed('s', async () => {
      const { code, stderr } = await runCommand('./emberlab', ['db', 'move'], {
        env: { ...platform.env, ...settings },
      });
      if (code !== 0) throw new Error(stderr);
    });
    const figures: Figure[] = [{ what: '`emberlab db move`', unit: 's', values: [moved] }];
    await platform.start();
    figures.push(...(await measureOn('SQLite', platform, token)));
    await platform.stop();
    await platform.start(settings);
    figures.push(...(await measureOn('PostgreSQL', platform, token)));
    return figures;
  } catch (error) {
    say(platform.log('control').split('\n').slice(-20).join('\n'));
    throw error;
  } finally {
    await platform.remove();
    await server.stop();
  }
}
