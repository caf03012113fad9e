import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { join } from 'node:path';
import { createClient, type Client, type Execution } from '@emberlab/contract';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { listProcesses } from './leftovers.ts';
import { Platform, runCommand } from './platform.ts';

type Alert = { type: string; data: { job: { name: string }; execution: { id: number; reason: string | null } } };

const params = { project: 'demo' };
const settings = { EMBERLAB_ALERTS_ALLOW: '127.0.0.1' };
/** A session of Spark has to start for it, twice, on a machine that does other things. */
const patience = 150_000;

const cell = (source: string, tags: string[] = []) => ({
  cell_type: 'code',
  id: `cell-${source.length}`,
  execution_count: null,
  metadata: { tags },
  outputs: [],
  source,
});
const notebook = {
  nbformat: 4,
  nbformat_minor: 5,
  metadata: { kernelspec: { name: 'pysparkkernel', display_name: 'PySpark', language: 'python' } },
  cells: [
    cell("source = 'nothing is here'", ['parameters']),
    cell("rows = sum(1 for _ in open(source))\nprint('rows', rows, spark.range(rows).count())"),
  ],
};

/** Waits until somebody says go, and then does this. */
const untilGo = (go: string, then: string): string => `import os, time
print("begun", os.getpid(), flush=True)
while not os.path.exists("Resources/${go}"): time.sleep(0.05)
${then}
`;
const countOnSpark = 'from pyspark.sql import SparkSession\nspark = SparkSession.builder.getOrCreate()\n';

/** From a notebook to a job that runs by itself: it is due, it fails, who is to know is told, it is tried again, and succeeds. Then parts of the platform are killed. */
describe('a job', () => {
  let platform: Platform;
  let client: Client;
  let token: string;
  let chat: Server;
  const alerts: Alert[] = [];
  const told = async (type: string): Promise<Alert> => {
    await expect.poll(() => alerts.map((alert) => alert.type), { timeout: patience, interval: 100 }).toContain(type);
    return alerts.find((alert) => alert.type === type) as Alert;
  };

  beforeAll(async () => {
    chat = createServer((request, response) => {
      void json(request).then((alert) => {
        alerts.push(alert as Alert);
        response.writeHead(204).end();
      });
    });
    chat.listen(0, '127.0.0.1');
    await once(chat, 'listening');
    platform = await Platform.prepare();
    const account = ['user', 'add', 'ada@example.org', '--admin', '--password-stdin'];
    await runCommand('./emberlab', account, { env: platform.env, input: 'correct horse battery\n' });
    const name = ['token', 'create', '--user', 'ada@example.org', '--name', 'jobs'];
    const { stdout } = await runCommand('./emberlab', name, { env: platform.env });
    await platform.start(settings);
    token = stdout.trim();
    client = createClient({ baseUrl: `http://127.0.0.1:${platform.port}`, token });
    // The project is made a moment after the platform serves.
    const environment = () => client.call('environment.get', { params }).catch(() => null);
    const built = async () => ((await environment())?.current ?? null) !== null;
    await vi.waitUntil(built, { timeout: patience, interval: 200 });
    writeFileSync(join(platform.data, 'projects/demo/Jupyter/count.ipynb'), JSON.stringify(notebook), { mode: 0o644 });
  });
  afterAll(async () => {
    await platform?.remove();
    chat?.close();
  });

  const write = (name: string, text: string) =>
    writeFileSync(join(platform.data, 'projects/demo', name), text, { mode: 0o644 });
  const get = (id: number) => client.call('executions.get', { params: { project: 'demo', id } });
  const logOf = async (id: number) => {
    const answer = await fetch(`http://127.0.0.1:${platform.port}/api/v1/projects/demo/executions/${id}/log`, {
      headers: { authorization: `Bearer ${token}` },
    });
    return answer.text();
  };
  /** What the platform has put where people look for it. */
  const keptLog = ({ jobName, id }: Execution, file: string) =>
    readFileSync(join(platform.data, 'projects/demo/Logs', jobName, String(id), file), 'utf8');
  const reach = async (id: number, state: Execution['state']): Promise<Execution> => {
    await expect.poll(async () => (await get(id)).state, { timeout: patience, interval: 100 }).toBe(state);
    return get(id);
  };
  /** Makes a job of a program, has it run, and waits until that has begun. */
  const begin = async (
    type: 'python' | 'pyspark',
    name: string,
    code: string,
    policy?: { retries: number; retryDelaySeconds: number },
  ): Promise<Execution> => {
    write(`Resources/${name}.py`, code);
    const body = { name, type, program: `Resources/${name}.py` };
    const job = await client.call('jobs.create', { params, body: policy === undefined ? body : { ...body, policy } });
    const { id } = await client.call('jobs.run', { params: { project: 'demo', id: job.id }, body: {} });
    await reach(id, 'running');
    await expect.poll(() => logOf(id), { timeout: patience, interval: 100 }).toContain('begun');
    return get(id);
  };

  it(
    'as a notebook runs on its schedule, fails, alerts, is tried again, and succeeds',
    { timeout: 600_000 },
    async () => {
      const url = `http://127.0.0.1:${(chat.address() as AddressInfo).port}/hook`;
      const { receiver } = await client.call('alerts.addReceiver', {
        params,
        body: { type: 'webhook', name: 'Chat', url },
      });
      const body = { name: 'count', program: 'Jupyter/count.ipynb', parameters: { source: 'Resources/input.csv' } };
      const policy = { retries: 1, retryDelaySeconds: 5, timeLimitMinutes: 10, concurrentRuns: false };
      const job = await client.call('jobs.create', { params, body: { ...body, policy } });
      expect(job).toMatchObject({ type: 'pyspark', configuration: { type: 'spark' } });
      const ofJob = { project: 'demo', id: job.id };
      const events = ['failed', 'succeeded'] as const;
      const rules = events.map((event) => ({ event, receivers: [receiver.id], afterMinutes: null }));
      await client.call('alerts.setJobRules', { params: ofJob, body: { rules } });

      await client.call('schedule.set', { params: ofJob, body: { cron: '* * * * *', overlap: 'skip' } });
      const runs = async () => (await client.call('executions.list', { params, query: { job: job.id } })).items;
      await expect.poll(async () => (await runs()).length, { timeout: patience, interval: 100 }).toBe(1);
      await client.call('schedule.remove', { params: ofJob });
      const [first] = await runs();
      expect(first).toMatchObject({ trigger: { kind: 'schedule' }, attempt: 1 });
      expect(first?.logicalTime).toMatch(/:00(\.000)?Z$/);

      const failed = await told('job.failed');
      expect(failed.data).toMatchObject({ job: { name: 'count' }, execution: { id: first?.id } });
      expect(failed.data.execution.reason).toContain('FileNotFoundError');
      writeFileSync(join(platform.data, 'projects/demo/Resources/input.csv'), 'a\nb\nc\n', { mode: 0o644 });

      const succeeded = await told('job.succeeded');
      const id = succeeded.data.execution.id;
      const run = await client.call('executions.get', { params: { project: 'demo', id } });
      expect(run).toMatchObject({ state: 'succeeded', attempt: 2, trigger: { kind: 'retry', of: first?.id } });
      expect(run.logicalTime).toBe(first?.logicalTime);
      const executed = readFileSync(join(platform.data, 'projects/demo', run.notebook ?? ''), 'utf8');
      expect(executed).toContain('rows 3 3');
      expect(await runs()).toHaveLength(2);
    },
  );
  it(
    'goes on while control, and all of the platform, is killed, and how it ended is known',
    { timeout: 600_000 },
    async () => {
      const kept = await begin('python', 'kept', untilGo('go-1', 'print("kept to its end")'));
      const failing = await begin('python', 'failing', untilGo('go-2', 'raise ValueError("no such day")'));
      const spark = await begin(
        'pyspark',
        'counts',
        countOnSpark + untilGo('go-2', 'print("rows", spark.range(7).count())'),
      );
      const { control } = platform.pids();
      process.kill(control, 'SIGKILL');
      await expect
        .poll(() => platform.pids().control, { timeout: patience, interval: 20 })
        .not.toSatisfy((pid: number) => pid === control || pid === 0);
      write('Resources/go-1', '');
      expect(await reach(kept.id, 'succeeded')).toMatchObject({ attempt: 1, reason: null });
      expect(keptLog(kept, 'output.log')).toMatch(/^begun \d+\nkept to its end\n$/);
      for (const { id, startedAt } of [failing, spark])
        expect(await get(id)).toMatchObject({ state: 'running', startedAt });

      await platform.kill();
      // They end while there is nobody who could see it.
      write('Resources/go-2', '');
      const left = () =>
        listProcesses(platform.data).filter(({ command }) => /Resources\/(failing|counts)\.py/.test(command));
      await expect.poll(left, { timeout: patience, interval: 100 }).toEqual([]);
      await platform.start(settings);
      const failed = await reach(failing.id, 'failed');
      expect(failed.reason).toContain('exit code 1. Its log says: ValueError: no such day');
      expect(keptLog(failing, 'output.log')).toContain('ValueError: no such day');
      expect(await reach(spark.id, 'succeeded')).toMatchObject({ reason: null, attempt: 1 });
      const printed = keptLog(spark, 'stdout.log');
      expect([printed.match(/^begun \d+$/gm)?.length, printed.match(/^rows 7$/gm)?.length]).toEqual([1, 1]);
      expect(await logOf(spark.id)).toContain('rows 7');
    },
  );

  it('whose driver is killed fails with a sentence, and is tried again as it says', { timeout: 600_000 }, async () => {
    const code = countOnSpark + untilGo('go-3', 'print("rows", spark.range(3).count())');
    const first = await begin('pyspark', 'killed', code, { retries: 1, retryDelaySeconds: 0 });
    const drivers = () =>
      listProcesses(platform.data).filter(
        ({ command }) => /^\S*java .*SparkSubmit/.test(command) && command.includes('killed.py'),
      );
    expect(drivers()).toHaveLength(1);
    for (const { pid } of drivers()) process.kill(pid, 'SIGKILL');
    await expect.poll(async () => (await get(first.id)).endedAt, { timeout: patience, interval: 100 }).not.toBeNull();
    const ended = await get(first.id);
    expect(ended.state).toMatch(/^(failed|lost)$/);
    expect(ended.reason).toMatch(/^[A-Z].* (killed|gone)\b.*\.$/);
    write('Resources/go-3', '');
    const query = { job: first.jobId ?? 0 };
    const runs = async () => (await client.call('executions.list', { params, query })).items;
    await expect.poll(async () => (await runs()).length, { timeout: patience, interval: 100 }).toBe(2);
    const [again] = await runs();
    expect(again).toMatchObject({ attempt: 2, trigger: { kind: 'retry', of: first.id } });
    await reach(again?.id ?? 0, 'succeeded');
    expect(await runs()).toHaveLength(2);
  });
});
