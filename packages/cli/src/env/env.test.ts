import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fakePlatform } from '../testing/fake-platform.ts';

const at = '2026-01-31T09:30:00.000Z';
const library = {
  name: 'polars',
  version: '1.30',
  summary: null,
  source: 'index',
  detail: null,
  requested: true,
  requirement: 'polars<2',
  neededBy: [],
  usedBy: [],
  bytes: 1024 ** 2,
  latest: '1.33',
};
const numpy = { ...library, name: 'numpy', version: '2.3', requested: false, neededBy: ['pandas'], latest: null };
const running = {
  id: 'operation001',
  kind: 'install',
  state: 'running',
  title: 'Install polars',
  by: 'ada@example.org',
  createdAt: at,
  startedAt: at,
  endedAt: null,
  position: null,
  step: 'Installing',
  progress: 0.5,
  problem: null,
  revision: 8,
  changes: null,
  conflicts: null,
};
const done = {
  ...running,
  state: 'succeeded',
  endedAt: at,
  changes: [{ name: 'polars', change: 'added', from: null, to: '1.30' }],
  conflicts: 0,
};
const failed = { ...running, state: 'failed', endedAt: at, problem: 'polars wants numpy 3.' };
const conflict = {
  name: 'tornado',
  requirement: 'tornado>=6.2',
  installed: null,
  neededBy: 'jupyter-server',
  neededByVersion: '2.17',
  affects: ['jupyter'],
};

const base = '/projects/demo/environment';
const operations = `${base}/operations`;
const one = `GET ${operations}/operation001`;

/** What the command line does with the answers of a platform. */
describe('emberlab env', () => {
  let platform: Awaited<ReturnType<typeof fakePlatform>>;
  let answers: Record<string, unknown>;
  let calls: Awaited<ReturnType<typeof fakePlatform>>['calls'];
  let home: string;

  beforeEach(async () => {
    platform = await fakePlatform();
    ({ answers, calls, home } = platform);
  });
  afterEach(() => platform.close());

  const env = (...args: string[]) => platform.run('env', ...args);
  const asked = () =>
    calls.filter(({ route }) => route === `POST ${operations}`).map(({ body }) => JSON.parse(body) as unknown);

  it('lists what is installed, as a table or as JSON, with the token of the login', async () => {
    answers[`GET ${base}/libraries`] = { revision: 7, items: [numpy, { ...library, summary: 'x' }] };
    const { code, stdout } = await env('list', 'demo');
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^LIBRARY +VERSION +NEWEST .*\nnumpy +2\.3 .* for pandas\npolars +1\.30 +1\.33 .* asked for: polars<2\n$/,
    );
    expect(calls[0]?.token).toBe('Bearer ember_token_secret');
    const json = await env('list', 'demo', '--asked', '--json');
    expect(JSON.parse(json.stdout)).toMatchObject({ revision: 7, items: [{ name: 'polars' }] });
  });

  it('installs, shows the log as it is made and what came of it, without what would reach into the terminal', async () => {
    answers[`POST ${operations}`] = { ...running, state: 'queued', position: 2 };
    answers[one] = [running, done];
    answers[`${one}/log?follow=1`] = 'Downloading \u001b]0;evil\u0007polars\n';
    expect(await env('install', 'demo', 'polars<2')).toEqual({
      code: 0,
      stdout:
        'Waiting for its turn: place 2.\nDownloading ]0;evilpolars\nInstall polars: done. Revision 8 is in use; servers that run keep theirs.\n+ polars 1.30\n',
      stderr: '',
    });
    expect(asked()).toEqual([{ kind: 'install', requirements: ['polars<2'] }]);
  });

  it('ends with 1 and the reason where a change failed, in JSON as well', async () => {
    answers[`POST ${operations}`] = running;
    answers[one] = failed;
    answers[`${one}/log?follow=1`] = 'No solution found\n';
    const { code, stdout } = await env('update', 'demo', '--all');
    expect([code, stdout]).toEqual([1, expect.stringContaining('polars wants numpy 3.') as string]);
    const json = await env('update', 'demo', 'polars', '--json');
    expect([json.code, JSON.parse(json.stdout)]).toMatchObject([1, { state: 'failed' }]);
    expect(asked()).toEqual([
      { kind: 'update', packages: null },
      { kind: 'update', packages: ['polars'] },
    ]);
  });

  it('does not wait where it should not', async () => {
    answers[`POST ${operations}`] = running;
    const { code, stdout } = await env('repair', 'demo', '--no-wait');
    expect([code, stdout]).toEqual([
      0,
      'Install polars: asked for. To see how it goes: emberlab env log demo operation001\n',
    ]);
    expect(calls).toHaveLength(1);
  });

  it('removes what something needs only with --force', async () => {
    const details = [{ path: 'tornado', message: 'tornado is needed by jupyter-server.' }];
    answers[`POST ${operations}`] = {
      error: { code: 'library_needed', message: 'Something needs it.', details, requestId: 'r' },
    };
    const { code, stderr } = await env('remove', 'demo', 'tornado');
    expect([code, stderr]).toEqual([
      1,
      'Something needs it.\n  tornado is needed by jupyter-server.\nTo remove it all the same, please add --force.\n',
    ]);
    answers[`POST ${operations}`] = running;
    await env('remove', 'demo', 'tornado', '--force', '--no-wait');
    expect(asked().at(-1)).toEqual({ kind: 'uninstall', packages: ['tornado'], force: true });
  });

  it('hands a file in, and says what of it is not taken', async () => {
    const file = join(home, 'environment.yml');
    writeFileSync(file, 'dependencies: [r-base]');
    answers[`POST ${base}/uploads?name=environment.yml`] = {
      id: 'upload000001',
      leftOut: [{ line: 1, text: 'r-base', reason: 'Conda packages are not installed.' }],
    };
    answers[`POST ${operations}`] = running;
    const { code, stdout } = await env('install', 'demo', '--file', file, '--no-wait');
    expect(code).toBe(0);
    expect(stdout).toContain('Not taken: line 1: r-base. Conda packages are not installed.\n');
    expect(calls[0]?.body).toBe('dependencies: [r-base]');
    expect(asked()).toEqual([{ kind: 'install-upload', upload: 'upload000001' }]);
  });

  it('restores, and exports to a file', async () => {
    answers[`POST ${operations}`] = done;
    answers[one] = done;
    answers[`${one}/log?follow=1`] = '';
    expect((await env('restore', 'demo', '6')).code).toBe(0);
    expect(asked()).toEqual([{ kind: 'restore', revision: 6 }]);
    answers[`GET ${base}/export?format=lock&revision=6`] = 'polars==1.30\n';
    const file = join(home, 'lock.txt');
    const { code, stdout } = await env('export', 'demo', '--format', 'lock', '--revision', '6', '--output', file);
    expect([code, stdout, readFileSync(file, 'utf8')]).toEqual([0, '', 'polars==1.30\n']);
  });

  it('shows history and the newest log, searches, and says with its exit code whether something is in conflict', async () => {
    const entry = {
      number: 8,
      current: true,
      createdAt: at,
      readyAt: at,
      by: null,
      title: 'Repair',
      changes: done.changes,
    };
    answers[`GET ${base}/revisions`] = { items: [entry], next: null };
    expect((await env('history', 'demo')).stdout).toBe(`8 (in use)  ${at}  Emberlab  Repair\n    + polars 1.30\n`);
    answers[`GET ${operations}`] = { items: [failed], next: null };
    answers[`${one}/log?follow=1`] = 'No solution found\n';
    expect((await env('log', 'demo')).stdout).toBe('No solution found\n');
    // What has ended while its log was read is told as it has become.
    answers[`GET ${operations}`] = { items: [running], next: null };
    answers[one] = done;
    expect((await env('log', 'demo')).stderr).toMatch(/^Install polars: done\./);
    const found = { items: [{ name: 'polars', installed: '1.30' }], preparing: false };
    answers[`GET ${base}/index?q=pol`] = [
      { ...found, complete: true },
      { ...found, complete: false },
    ];
    expect(await env('search', 'demo', 'pol')).toMatchObject({ stdout: 'polars (1.30 is installed)\n', stderr: '' });
    expect((await env('search', 'demo', 'pol')).stderr).toMatch(/no list of names/);
    const well = { conflicts: [], differences: [], effects: [] };
    answers[`GET ${base}/conflicts`] = [well, { ...well, conflicts: [conflict] }];
    expect(await env('check', 'demo')).toMatchObject({ code: 0, stdout: 'All libraries go together.\n' });
    expect(await env('check', 'demo')).toMatchObject({
      code: 1,
      stdout: 'jupyter-server 2.17 needs tornado>=6.2; tornado is missing.\n',
    });
  });

  it.each([
    [['install', 'demo'], 'either requirements, --file or --git'],
    [['install', 'demo', 'polars', '--git', 'https://git.example.org/x.git'], 'either requirements'],
    [['install', 'demo', '--git', 'ssh://git.example.org/x.git'], 'begins with https://'],
    [['install', 'demo', '--file', '/absent.whl'], 'There is no file'],
    [['update', 'demo'], 'either names or --all'],
    [['restore', 'demo', 'last'], 'the number of a revision'],
    [['list', 'No such name'], 'A project name has'],
    [['--at', 'http://127.0.0.1:9', 'list', 'demo'], 'You are not logged in'],
  ])('says what is wrong with %j', async (args, sentence) => {
    const { code, stdout, stderr } = await env(...args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(sentence);
  });
});
