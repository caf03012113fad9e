import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const schedule = {
  cron: '0 6 * * *',
  timezone: 'Europe/Berlin',
  start: null,
  end: '2026-12-31T23:59:59.999Z',
  enabled: true,
  missed: 'all',
  overlap: 'skip',
  paused: 'The project is archived.',
  nextRuns: ['2026-06-01T04:00:00.000Z'],
  waiting: 2,
  recent: [
    { at: '2026-05-31T04:00:00.000Z', state: 'skipped', execution: null, reason: 'The run before had not ended.' },
    { at: '2026-05-30T04:00:00.000Z', state: 'started', execution: 17, reason: null },
  ],
  changedBy: 'ada@example.org',
  changedAt: '2026-05-01T00:00:00.000Z',
};
const backfill = {
  id: 3,
  state: 'running',
  from: '2026-05-01T00:00:00.000Z',
  to: '2026-05-02T23:59:59.999Z',
  cron: '0 6 * * *',
  timezone: 'UTC',
  total: 2,
  made: 1,
  failed: 0,
  current: 17,
  waitsFor: null,
  createdBy: 'ada@example.org',
  createdAt: '2026-06-01T00:00:00.000Z',
  endedAt: null,
};
const job = (id: number, name: string) => ({
  id,
  name,
  type: 'python',
  program: 'Jupyter/x.py',
  mainClass: null,
  arguments: [],
  parameters: {},
  configuration: { type: 'python' },
  policy: { retries: 0, retryDelaySeconds: 60, timeLimitMinutes: null, concurrentRuns: true },
  owner: { email: 'ada@example.org', name: 'Ada' },
  mine: true,
  mayChange: true,
  createdAt: '2026-05-01T00:00:00.000Z',
  updatedAt: '2026-05-01T00:00:00.000Z',
  lastRuns: [],
  nextRunAt: null,
});

const of = '/projects/demo/jobs/1';

/** What the command line does with the answers of a platform. */
describe('emberlab job schedule, backfill and after', () => {
  let home: string;
  let server: ReturnType<typeof createServer>;
  let origin: string;
  let answers: Record<string, unknown>;
  let calls: { route: string; body: unknown }[];

  beforeEach(async () => {
    home = mkdtempSync(join(tmpdir(), 'emberlab-schedule-'));
    calls = [];
    const found = (id: number, name: string) => ({ items: [job(id, name)], next: null });
    answers = {
      'GET /projects/demo/jobs?name=report': found(1, 'report'),
      'GET /projects/demo/jobs?name=load': found(2, 'load'),
      [`GET ${of}/schedule`]: { schedule },
    };
    const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
      const route = `${request.method} ${request.url?.replace('/api/v1', '')}`;
      const body = await text(request);
      if (request.method !== 'GET') calls.push({ route, body: body === '' ? null : JSON.parse(body) });
      const answer = answers[route] ?? { error: { code: 'not_found', message: `No ${route}.`, requestId: 'r' } };
      response
        .writeHead(answers[route] === undefined ? 404 : 200, { 'content-type': 'application/json' })
        .end(JSON.stringify(answer));
    };
    server = createServer((request, response) => void respond(request, response)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    mkdirSync(join(home, 'emberlab'));
    const login = { token: 'ember_token_secret', email: 'ada@example.org', expiresAt: null };
    writeFileSync(join(home, 'emberlab/credentials.json'), JSON.stringify({ [origin]: login }));
  });
  afterEach(() => {
    server.close();
    server.closeAllConnections();
    rmSync(home, { recursive: true });
  });

  async function run(...args: string[]) {
    const child = spawn(process.execPath, [join(import.meta.dirname, '../main.ts'), 'job', '--at', origin, ...args], {
      env: { PATH: process.env['PATH'], EMBERLAB_DATA: join(home, 'data'), XDG_CONFIG_HOME: home },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const ended = once(child, 'exit');
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
    return { code: ((await ended) as [number])[0], stdout, stderr };
  }

  it('shows when a job runs, why it does not, and what became of its last times', async () => {
    expect(await run('schedule', 'show', 'demo', 'report')).toEqual({
      code: 0,
      stdout: [
        'Times: 0 6 * * * (Europe/Berlin)',
        'Until: 2026-12-31T23:59:59.999Z',
        'Missed runs: each of them',
        'A run that comes due while one goes: left out',
        'Paused: The project is archived.',
        'Waiting: 2',
        'Next runs:',
        '  2026-06-01T04:00:00.000Z',
        'Last times:',
        '  2026-05-31T04:00:00.000Z  skipped  The run before had not ended.',
        '  2026-05-30T04:00:00.000Z  started  run 17',
        '',
      ].join('\n'),
      stderr: '',
    });
  });

  it('sets a schedule, and leaves what is not said as it is', async () => {
    answers[`PUT ${of}/schedule`] = { schedule };
    await run(
      'schedule',
      'set',
      'demo',
      'report',
      '30 2 * * *',
      '--end',
      'none',
      '--start',
      '2026-07-01',
      '--missed',
      'one',
    );
    expect(calls).toEqual([
      {
        route: `PUT ${of}/schedule`,
        body: {
          cron: '30 2 * * *',
          timezone: 'Europe/Berlin',
          start: '2026-07-01T00:00:00.000Z',
          end: null,
          enabled: true,
          missed: 'one',
          overlap: 'skip',
        },
      },
    ]);
    const refused = await run('schedule', 'set', 'demo', 'report', '30 2 * * *', '--end', '2026-02-31');
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('"2026-02-31" is no time.') as string]);
  });

  it('shows the next runs of one that is not saved, and takes one away', async () => {
    answers['POST /projects/demo/schedule/preview'] = { nextRuns: ['2026-06-01T02:30:00.000Z'] };
    answers[`DELETE ${of}/schedule`] = {};
    expect((await run('schedule', 'preview', 'demo', '30 2 * * *')).stdout).toBe(
      'Next runs:\n  2026-06-01T02:30:00.000Z\n',
    );
    expect((await run('schedule', 'remove', 'demo', 'report')).stdout).toBe('report has no schedule any more.\n');
    expect(calls.map(({ route }) => route)).toEqual(['POST /projects/demo/schedule/preview', `DELETE ${of}/schedule`]);
  });

  it('has a job run for the past, and for no more of it', async () => {
    answers[`POST ${of}/backfills`] = backfill;
    answers[`POST ${of}/backfills/3/cancel`] = { ...backfill, state: 'cancelled' };
    const started = await run('backfill', 'start', 'demo', 'report', '--from', '2026-05-01', '--to', '2026-05-02');
    expect(started.stdout).toContain('Backfill 3: 2 runs, one after the other.');
    const cancelled = await run('backfill', 'cancel', 'demo', 'report', '3');
    expect(cancelled.stdout).toMatch(/\n3 +cancelled +2026-05-01\S+ +\S+ +1 of 2 +0 +run 17\n$/);
    expect(calls[0]?.body).toEqual({ from: backfill.from, to: backfill.to });
  });

  it('lets a job start after others, and shows after which it does', async () => {
    const chain = { after: [{ id: 2, name: 'load', succeeded: true }], before: [] };
    answers[`PUT ${of}/after`] = chain;
    answers[`GET ${of}/after`] = { after: [], before: [{ id: 2, name: 'load' }] };
    expect((await run('after', 'demo', 'report', 'load')).stdout).toBe(
      'It starts once all of these have succeeded:\n  load (has, since the last time)\n',
    );
    expect(calls).toEqual([{ route: `PUT ${of}/after`, body: { after: [2] } }]);
    expect((await run('after', 'demo', 'report')).stdout).toBe(
      'It is not started after other jobs.\nAfter it start: load\n',
    );
  });
});
