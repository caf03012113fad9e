import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { measure } from './spark-rest.ts';

const executor = {
  id: 'driver',
  hostPort: '127.0.0.1:4040',
  isActive: true,
  totalCores: 2,
  memoryUsed: 10,
  maxMemory: 100,
  activeTasks: 5,
  completedTasks: 7,
  failedTasks: 1,
  totalInputBytes: 1,
  totalShuffleRead: 2,
  totalShuffleWrite: 3,
  totalDuration: 4,
  totalGCTime: 5,
  addTime: '2026-01-31T09:30:00.000GMT',
  peakMemoryMetrics: { JVMHeapMemory: 50 },
};
const job = { jobId: 3, name: 'count', status: 'RUNNING', numTasks: 8, numCompletedTasks: 2 };
const stages = [
  { status: 'COMPLETE', numTasks: 4, numCompleteTasks: 4 },
  { status: 'ACTIVE', numTasks: 4, numCompleteTasks: 2 },
  { status: 'SKIPPED', numTasks: 100, numCompleteTasks: 0 },
];

describe('what Spark says of an application', () => {
  let server: ReturnType<typeof createServer>;
  let answers: Record<string, unknown>;
  let ui: { port: number; headers: Record<string, string> };
  beforeEach(async () => {
    answers = { allexecutors: [executor], 'jobs?status=running': [job], stages };
    server = createServer((request, response) => {
      if (request.headers['x-token'] !== 'secret') return void response.writeHead(401).end('no');
      const [, name = ''] = /^\/api\/v1\/applications\/local-7\/(.*)$/.exec(request.url ?? '') ?? [];
      const answer = answers[name];
      return void response.end(typeof answer === 'string' ? answer : JSON.stringify(answer));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    ui = { port: (server.address() as AddressInfo).port, headers: { 'x-token': 'secret' } };
  });
  afterEach(() => {
    server.close();
    server.closeAllConnections();
  });

  it('is summed over executors, with how far its stages are and what it computes', async () => {
    const gone = { ...executor, id: '1', isActive: false, memoryUsed: 1000 };
    answers['allexecutors'] = [executor, gone];
    const seen = await measure(ui, 'local-7', 512);
    expect(seen?.metrics).toEqual({
      executors: 1,
      cores: 2,
      memoryUsedBytes: 10,
      memoryTotalBytes: 100,
      activeJob: { id: 3, description: 'count', completedTasks: 2, totalTasks: 8 },
    });
    // What those that are gone have done counts; and no more tasks compute than there are cores.
    expect(seen?.sample).toMatchObject({
      completedTasks: 14,
      activeTasks: 2,
      driverHeapUsedBytes: 50,
      driverHeapMaxBytes: 512,
    });
    expect(seen?.progress).toBe(0.75);
  });

  it('has no progress before there is a stage, and no job between two', async () => {
    answers['stages'] = [];
    answers['jobs?status=running'] = [];
    const seen = await measure(ui, 'local-7', 0);
    expect([seen?.progress, seen?.metrics.activeJob]).toEqual([null, null]);
  });

  it('is a list of executors, those that are there first', async () => {
    const page = 'http://w:8081/logPage/?logType=stdout';
    const remote = { ...executor, id: '2', addTime: 'never', executorLogs: { stdout: page, other: 'http://w' } };
    const gone = { ...executor, id: '1', isActive: false, removeReason: 'x'.repeat(5000) };
    answers['allexecutors'] = [gone, remote, { ...executor, totalCores: 0 }];
    const all = (await measure(ui, 'local-7', 0))?.executors;
    expect(all?.map(({ id, addedAt }) => [id, addedAt])).toEqual([
      ['2', null],
      ['1', '2026-01-31T09:30:00.000Z'],
    ]);
    expect(all?.[0]).toMatchObject({ logs: ['stdout'], pages: { stdout: page } });
    expect(all?.[1]?.removeReason).toHaveLength(1000);
  });

  it.each(['', '{}', '[{"id":1}]', `[${'['.repeat(100)}`, `"${'x'.repeat(5 * 1024 ** 2)}"`])(
    'is nothing where the answer is none (%#)',
    async (answer) => {
      answers['allexecutors'] = answer;
      expect(await measure(ui, 'local-7', 0)).toBeNull();
    },
  );

  it('is nothing without the token, and where nobody answers', async () => {
    expect(await measure({ ...ui, headers: {} }, 'local-7', 0)).toBeNull();
    server.close();
    server.closeAllConnections();
    expect(await measure(ui, 'local-7', 0)).toBeNull();
  });
});
