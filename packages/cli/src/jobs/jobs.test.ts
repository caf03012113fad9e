import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fakePlatform } from '../testing/fake-platform.ts';

const at = '2026-01-31T09:30:00.000Z';
const policy = { retries: 2, retryDelaySeconds: 60, timeLimitMinutes: null, concurrentRuns: true };
const definition = {
  name: 'nightly',
  type: 'pyspark',
  program: 'Resources/nightly.py',
  mainClass: null,
  arguments: ['a'],
  parameters: {},
  configuration: { type: 'spark', driverMemoryMb: 1024, driverCores: 1, properties: '' },
  policy,
};
const job = {
  ...definition,
  id: 5,
  owner: { email: 'ada@example.org', name: 'Ada' },
  mine: true,
  mayChange: true,
  createdAt: at,
  updatedAt: at,
  lastRuns: [{ id: 9, state: 'failed', createdAt: at, durationSeconds: 200 }],
  nextRunAt: null,
};
const run = {
  id: 17,
  jobName: 'nightly',
  state: 'running',
  trigger: { kind: 'api' },
  startedBy: job.owner,
  reason: null,
  waitsFor: null,
  application: null,
  notebook: null,
  createdAt: at,
  endedAt: null,
  durationSeconds: 5,
};
const ended = { ...run, state: 'succeeded', endedAt: at, durationSeconds: 3725 };

const base = '/projects/demo';
const named = `GET ${base}/jobs?name=nightly`;

/** What the command line does with the answers of a platform. */
describe('emberlab job', () => {
  let platform: Awaited<ReturnType<typeof fakePlatform>>;
  beforeEach(async () => {
    platform = await fakePlatform();
    platform.answers[named] = { items: [job], next: null };
  });
  afterEach(() => platform.close());
  const sent = (route: string): unknown[] =>
    platform.calls.filter((call) => call.route === route).map(({ body }) => JSON.parse(body) as unknown);

  it('lists jobs of all pages with their last runs', async () => {
    platform.answers[`GET ${base}/jobs?limit=100`] = { items: [job], next: '100' };
    platform.answers[`GET ${base}/jobs?cursor=100&limit=100`] = { items: [{ ...job, name: 'other' }], next: null };
    const { code, stdout } = await platform.run('job', 'list', 'demo');
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(
        /^ID +NAME .*\n5 +nightly +PySpark +ada@example\.org +2026-\S+ +failed\n5 +other/,
      ) as string,
    ]);
  });

  it('lists as many runs as were asked for, over pages, and says where there are more', async () => {
    const runs = (from: number, count: number) =>
      Array.from({ length: count }, (_, index) => ({ ...run, id: from - index }));
    const at100 = `GET ${base}/executions?limit=100`;
    platform.answers[at100] = { items: runs(500, 100), next: '401' };
    platform.answers[`GET ${base}/executions?cursor=401&limit=20`] = { items: runs(400, 20), next: '381' };
    const cut = await platform.run('execution', 'list', 'demo', '--limit', '120');
    expect(cut.stdout.split('\n').filter((line) => /^\d+ /.test(line))).toHaveLength(120);
    expect(cut.stdout).toMatch(/There are more\. .*--limit\.\n$/);
    platform.answers[`GET ${base}/executions?limit=25`] = { items: runs(3, 3), next: null };
    expect((await platform.run('execution', 'list', 'demo')).stdout).not.toContain('There are more');
    expect((await platform.run('execution', 'list', 'demo', '--limit', 'x')).code).toBe(2);
  });

  it('deletes a run', async () => {
    platform.answers[`DELETE ${base}/executions/17`] = {};
    expect(await platform.run('execution', 'delete', 'demo', '17')).toMatchObject({
      code: 0,
      stdout: 'Run 17 is gone.\n',
    });
    const refused = { error: { code: 'execution_running', message: 'It has not ended.', requestId: 'r' } };
    platform.answers[`DELETE ${base}/executions/18`] = refused;
    expect(await platform.run('execution', 'delete', 'demo', '18')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('It has not ended.') as string,
    });
  });

  it('stops all runs of a job, those of further pages too', async () => {
    platform.answers[`GET ${base}/executions?job=5&state=live&limit=100`] = { items: [run], next: '17' };
    const other = { ...run, id: 3 };
    platform.answers[`GET ${base}/executions?job=5&state=live&cursor=17&limit=100`] = { items: [other], next: null };
    for (const one of [run, other]) platform.answers[`POST ${base}/executions/${one.id}/stop`] = one;
    expect((await platform.run('job', 'stop', 'demo', 'nightly')).stdout).toBe(
      'Run 17 of nightly: running.\nRun 3 of nightly: running.\n',
    );
  });

  it('makes a job of what the options say, and leaves the rest to the platform', async () => {
    platform.answers[`POST ${base}/jobs`] = job;
    const { code } = await platform.run(
      'job',
      'create',
      'demo',
      'nightly',
      'Resources/nightly.py',
      '--arg',
      'a',
      'b c',
      '--retries',
      '2',
    );
    expect(code).toBe(0);
    expect(sent(`POST ${base}/jobs`)).toEqual([
      { name: 'nightly', program: 'Resources/nightly.py', arguments: ['a', 'b c'], policy },
    ]);
    expect((await platform.run('job', 'create', 'demo', 'a/b', 'x.py')).code).toBe(2);
  });

  it('changes what is said alone, and keeps the rest of the policy', async () => {
    platform.answers[`PUT ${base}/jobs/5`] = job;
    await platform.run('job', 'update', 'demo', 'nightly', '--time-limit', '30', '--no-concurrent');
    expect(sent(`PUT ${base}/jobs/5`)).toEqual([
      { policy: { ...policy, timeLimitMinutes: 30, concurrentRuns: false } },
    ]);
  });

  it('runs a job, follows its log and ends with 1 where it did not succeed', async () => {
    platform.answers[`POST ${base}/jobs/5/executions`] = run;
    platform.answers[`GET ${base}/executions/17`] = [run, ended];
    platform.answers[`GET ${base}/executions/17/log?follow=1`] = 'one\u001b[2J\ntwo\n';
    const done = await platform.run(
      'job',
      'run',
      'demo',
      'nightly',
      '--follow',
      '--param',
      'day=2026-01-31',
      'count=3',
    );
    expect(done).toEqual({
      code: 0,
      stdout: 'one[2J\ntwo\nRun 17 of nightly: succeeded after 1 h 2 min.\n',
      stderr: '',
    });
    expect(sent(`POST ${base}/jobs/5/executions`)).toEqual([{ parameters: { day: '2026-01-31', count: 3 } }]);
    platform.answers[`GET ${base}/executions/17`] = { ...ended, state: 'failed', reason: 'It broke.' };
    const failed = await platform.run('job', 'run', 'demo', 'nightly', '--wait', '--json');
    expect([failed.code, JSON.parse(failed.stdout)]).toMatchObject([1, { reason: 'It broke.' }]);
  });

  it('goes from one project to another as a file', async () => {
    const file = { format: 'emberlab-job', version: 1, job: definition };
    platform.answers[`GET ${base}/jobs/5/export`] = file;
    platform.answers['POST /projects/sales/jobs/import'] = { ...job, name: 'weekly' };
    const path = join(platform.home, 'job.json');
    await platform.run('job', 'export', 'demo', 'nightly', '--output', path);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(file);
    const { stdout } = await platform.run('job', 'import', 'sales', path, '--name', 'weekly');
    expect(stdout).toBe('The job weekly is there: number 5.\n');
    expect(sent('POST /projects/sales/jobs/import')).toMatchObject([{ name: 'weekly', file: { version: 1 } }]);
    writeFileSync(path, JSON.stringify({ ...file, version: 9 }));
    const newer = await platform.run('job', 'import', 'sales', path);
    expect([newer.code, newer.stderr]).toEqual([2, expect.stringContaining('a newer version of Emberlab') as string]);
  });

  it('stops what runs of a job, and says so where there is none', async () => {
    const live = `GET ${base}/executions?job=5&state=live&limit=100`;
    platform.answers[live] = [
      { items: [run], next: null },
      { items: [], next: null },
    ];
    platform.answers[`POST ${base}/executions/17/stop`] = { ...run, state: 'stopping' };
    expect((await platform.run('job', 'stop', 'demo', 'nightly')).stdout).toBe('Run 17 of nightly: stopping.\n');
    expect((await platform.run('job', 'stop', 'demo', 'nightly')).stdout).toBe('Nothing of it runs.\n');
  });

  it('finds a job by its id where none has that name, and says where there is none', async () => {
    platform.answers[`GET ${base}/jobs?name=5`] = { items: [], next: null };
    platform.answers[`GET ${base}/jobs?name=absent`] = { items: [], next: null };
    platform.answers[`GET ${base}/jobs/5`] = job;
    expect((await platform.run('job', 'show', 'demo', '5')).stdout).toMatch(/^Name: nightly\nType: PySpark\n/);
    const { code, stderr } = await platform.run('job', 'delete', 'demo', 'absent');
    expect([code, stderr]).toEqual([1, 'There is no job absent in demo.\n']);
  });

  it('lists runs, and shows a log', async () => {
    platform.answers[`GET ${base}/executions?state=failed&job=5&limit=25`] = {
      items: [{ ...run, reason: 'It broke.' }],
      next: null,
    };
    const { stdout } = await platform.run('execution', 'list', 'demo', '--job', 'nightly', '--state', 'failed');
    expect(stdout).toMatch(/\n17 +nightly +running +api .* 5 s +It broke\.\n$/);
    platform.answers[`GET ${base}/executions/17/log`] = 'said\n';
    expect((await platform.run('execution', 'log', 'demo', '17')).stdout).toBe('said\n');
  });
});
