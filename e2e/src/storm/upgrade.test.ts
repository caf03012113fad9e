import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { createClient, type Client } from '@emberlab/contract';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Platform, runCommand } from '../platform.ts';
import { createCaller, type Answered } from '../upgrade/caller.ts';
import { nextVersion } from '../upgrade/next-version.ts';

const server = process.env['EMBERLAB_TEST_POSTGRES'];
type Call = ReturnType<typeof createCaller>['call'];
const project = 'demo';
const next = '99.0.0';

/** A newer version takes the place of the one that serves, while people work: each of their requests is answered, and none is sent twice. */
describe.skipIf(server === undefined)('an upgrade under load (needs PostgreSQL)', () => {
  const name = `upgrade_${randomBytes(6).toString('hex')}`;
  const database = new URL(server ?? 'postgres://localhost');
  database.pathname = `/${name}`;
  const settings = { EMBERLAB_DATABASE_URL: database.href, EMBERLAB_REPLICAS: 'true' };
  const ask = (statement: string, url = database.href) =>
    execFileSync('psql', ['--quiet', '--no-psqlrc', '--tuples-only', '--no-align', '--command', statement, url], {
      encoding: 'utf8',
    }).trim();
  let [former, latter]: Platform[] = [];
  let code = '';
  let client: Client;
  let headers: Record<string, string>;

  beforeAll(async () => {
    ask(`create database ${name}`, server);
    code = await nextVersion(next);
    former = await Platform.prepare();
    latter = former.beside(code);
    const env = { ...former.env, ...settings };
    const user = ['user', 'add', 'ada@example.org', '--admin', '--password-stdin'];
    await runCommand('./emberlab', user, { env, input: 'correct horse battery\n' });
    const made = ['token', 'create', '--user', 'ada@example.org', '--name', 'upgrade'];
    const token = (await runCommand('./emberlab', made, { env })).stdout.trim();
    await former.start(settings);
    client = createClient({ baseUrl: `http://127.0.0.1:${former.port}`, token });
    headers = { authorization: `Bearer ${token}` };
    const ready = async () => {
      const { current } = await client.call('environment.get', { params: { project } });
      if (current?.state !== 'ready') throw new Error('the environment is not ready');
    };
    await vi.waitFor(ready, { timeout: 240_000, interval: 200 });
  });
  afterAll(async () => {
    await latter?.stop();
    await former?.remove();
    await rm(code, { recursive: true, force: true });
    ask(`drop database if exists ${name} with (force)`, server);
  });

  /** A session whose statements are answered in the same request. */
  async function startSession(): Promise<string> {
    const path = `/livy/${project}/sessions`;
    const body = JSON.stringify({ kind: 'pyspark', driverMemory: '512m' });
    const made = await fetch(`http://127.0.0.1:${former?.port}${path}`, { method: 'POST', headers, body });
    const { id } = (await made.json()) as { id: number };
    const state = async () => {
      const answer = await fetch(`http://127.0.0.1:${former?.port}${path}/${id}/state`, { headers });
      return ((await answer.json()) as { state: string }).state;
    };
    await expect.poll(state, { timeout: 120_000 }).toBe('idle');
    return `${path}/${id}/statements`;
  }

  /** A Jupyter server, as its member has it open. */
  async function openJupyter(): Promise<{ host: string; cookie: string }> {
    const params = { project };
    await client.call('jupyter.start', { params, body: {} });
    const state = async () => (await client.call('jupyter.server', { params })).state;
    await expect.poll(state, { timeout: 120_000 }).toBe('running');
    const { url } = await client.call('jupyter.open', { params, body: {} });
    const { host, pathname, search } = new URL(url);
    const browser = createCaller(former?.port ?? 0, { kept: false });
    const opened = await browser.call(pathname + search, { host });
    const [cookie = ''] = opened?.headers['set-cookie']?.[0]?.split(';') ?? [];
    return { host, cookie };
  }

  it('answers every request, of the new version once the former has gone', { timeout: 600_000 }, async () => {
    if (former === undefined || latter === undefined) throw new Error('not prepared');
    const { port } = former;
    const statements = await startSession();
    const jupyter = await openJupyter();
    const over = new AbortController();
    const begin = (kept: boolean, work: (call: Call, count: number) => Promise<unknown>) => {
      const caller = createCaller(port, { kept });
      const done = (async () => {
        for (let count = 0; !over.signal.aborted; count += 1) {
          await work(caller.call, count);
          await pause(5);
        }
        caller.close();
      })();
      return { ...caller, done };
    };
    const json = (answer: Answered | null) => JSON.parse(answer?.text ?? '{}') as Record<string, unknown>;
    const api = '/api/v1';
    const files = `${api}/projects/${project}/files`;
    let wrong = 0;
    const change = async (call: Call, path: string) => {
      await call(`${files}/folders`, { method: 'POST', headers, body: { path } });
      const removed = await call(`${files}/removals`, {
        method: 'POST',
        headers,
        body: { paths: [path], forever: true },
      });
      if (json(removed)['removed'] !== 1) wrong += 1;
    };
    const people = {
      'reads, on one connection': begin(true, (call) => call(`${api}/projects`, { headers })),
      'reads, each on its own': begin(false, (call) => call(`${api}/projects/${project}/jobs`, { headers })),
      'changes, on one connection': begin(true, (call, count) => change(call, `one ${count}`)),
      'changes, each on its own': begin(false, (call, count) => change(call, `other ${count}`)),
      statements: begin(true, async (call, count) => {
        const body = { code: `${count} + 1` };
        let answer = json(await call(statements, { method: 'POST', headers: { ...headers, prefer: 'wait=5' }, body }));
        const id = String(answer['id']);
        while (answer['state'] === 'waiting' || answer['state'] === 'running')
          answer = json(await call(`${statements}/${id}`, { headers }));
        if (!JSON.stringify(answer).includes(`"${count + 1}"`)) wrong += 1;
      }),
      'a Jupyter server': begin(true, (call) =>
        call('/api/status', {
          host: jupyter.host,
          headers: { cookie: jupyter.cookie, 'sec-fetch-site': 'same-origin' },
        }),
      ),
    };
    const answers = () => Object.values(people).map((person) => person.told().answers);
    /** Everybody has been answered so often since. */
    const everybody = async (times: number) => {
      const before = answers();
      await expect
        .poll(() => answers().every((count, at) => count >= (before[at] ?? 0) + times), { timeout: 60_000 })
        .toBe(true);
    };
    try {
      await everybody(20);
      const started = latter.start(settings);
      await expect.poll(() => latter?.output, { timeout: 60_000 }).toContain('This one waits');
      await everybody(20);
      await former.stop();
      await started;
      await everybody(20);
      expect(await client.call('system.get', {})).toMatchObject({ version: next });
    } finally {
      over.abort();
      await Promise.all(Object.values(people).map(({ done }) => done));
    }
    for (const [who, person] of Object.entries(people)) {
      const { slowest, answers: count } = person.told();
      process.stdout.write(`${who}: ${count} answers, the slowest after ${Math.round(slowest)} ms\n`);
    }
    expect(
      Object.entries(people).flatMap(([who, person]) => person.told().problems.map((problem) => `${who}: ${problem}`)),
    ).toEqual([]);
    expect(wrong).toBe(0);
    expect(ask('select count(*) from of_the_next_version')).toBe('0');
    const { items } = await client.call('files.list', { params: { project }, query: {} });
    expect(items.filter(({ path }) => /^(?:one|other) /.test(path))).toEqual([]);
  });
});
