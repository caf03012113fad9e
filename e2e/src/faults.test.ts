import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listProcesses, processesOf } from './leftovers.ts';
import { Platform, runCommand } from './platform.ts';
import { hasSparkR } from './spark-r.ts';

type Session = { id: number; state: string; log: string[] };
type Output = { status: 'ok' | 'error'; ename?: string; evalue?: string; data?: Record<string, unknown> };
type Statement = { id: number; state: string; output: Output | null };

/** What is told of an end is there well before this, ms; a busy machine gets the time it needs. */
const patience = 60_000;
const startPatience = 180_000;

const rHere = hasSparkR();

/** Each part of a session is killed in each of its states. Results are not lost, the end is told as it is, and nothing stays behind. */
describe('faults', () => {
  let platform: Platform;
  let token: string;

  beforeAll(async () => {
    platform = await Platform.prepare();
    const account = ['user', 'add', 'ada@example.org', '--admin', '--password-stdin'];
    await runCommand('./emberlab', account, { env: platform.env, input: 'correct horse battery\n' });
    const made = await runCommand('./emberlab', ['token', 'create', '--user', 'ada@example.org', '--name', 'faults'], {
      env: platform.env,
    });
    token = made.stdout.trim();
    await platform.start();
  });
  afterAll(async () => {
    await platform?.remove();
  });

  const ask = async (method: string, path: string, body?: unknown): Promise<{ status: number; body: unknown }> => {
    const response = await fetch(`http://127.0.0.1:${platform.port}/livy/demo${path}`, {
      method,
      headers: { authorization: `Bearer ${token}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: await response.json() };
  };
  const create = async (body: Record<string, unknown> = {}) =>
    (await ask('POST', '/sessions', { kind: 'pyspark', driverMemory: '700m', driverCores: 1, ...body }))
      .body as Session;
  const stateOf = async (id: number | string) => ((await ask('GET', `/sessions/${id}/state`)).body as Session).state;
  const idle = (id: number | string) =>
    expect.poll(() => stateOf(id), { timeout: startPatience, interval: 100 }).toBe('idle');
  const dead = async (id: number): Promise<string> => {
    await expect.poll(() => stateOf(id), { timeout: patience, interval: 50 }).toBe('dead');
    await expect.poll(() => processesOf(join(platform.data, `sessions/${id}/`)), { timeout: patience }).toEqual([]);
    return ((await ask('GET', `/sessions/${id}`)).body as Session).log.join('\n');
  };
  const submit = async (id: number, code: string, kind = 'pyspark') =>
    ((await ask('POST', `/sessions/${id}/statements`, { code, kind })).body as Statement).id;
  const statement = async (id: number, number: number) =>
    (await ask('GET', `/sessions/${id}/statements/${number}`)).body as Statement;
  const result = async (id: number, number: number): Promise<Statement> => {
    await expect
      .poll(async () => (await statement(id, number)).state, { timeout: startPatience, interval: 50 })
      .toMatch(/available|cancelled/);
    return statement(id, number);
  };
  const textOf = async (id: number, number: number) => (await result(id, number)).output?.data?.['text/plain'];
  /** Waits until the session has begun to run something. */
  const runs = (id: number, number: number) =>
    expect
      .poll(
        async () => {
          const { statements } = (await ask('GET', `/sessions/${id}/statements`)).body as { statements: Statement[] };
          return statements.find((one) => one.id === number)?.state;
        },
        { timeout: patience, interval: 50 },
      )
      .toBe('running');
  const pids = (id: number, pattern: RegExp) =>
    listProcesses(platform.data)
      .filter(({ command }) => command.includes(`sessions/${id}/`) && pattern.test(command))
      .map(({ pid }) => pid);
  /** Kills the one process of a session whose command line is so, once it is there. */
  const kill = async (id: number, command: RegExp) => {
    await expect.poll(() => pids(id, command).length, { timeout: patience, interval: 20 }).toBeGreaterThan(0);
    for (const pid of pids(id, command)) process.kill(pid, 'SIGKILL');
  };
  const jvm = /\bjava .*SparkSubmit/;
  const agent = /python\S* \S*emberlab_driver\/__main__\.py/;
  const killControl = async () => {
    const { control } = platform.pids();
    process.kill(control, 'SIGKILL');
    await expect
      .poll(() => platform.pids().control, { timeout: patience, interval: 20 })
      .not.toSatisfy((pid: number) => pid === control || pid === 0);
  };

  it('control is killed while a session starts, is idle, and is busy', { timeout: 600_000 }, async () => {
    // Until the project's environment is there, sessions are refused.
    await expect
      .poll(() => ask('POST', '/sessions', { kind: 'pyspark', name: 'first' }).then(({ status }) => status), {
        timeout: 240_000,
        interval: 500,
      })
      .toBe(201);
    await killControl();
    await idle('first');
    const number = await submit(1, 'x = 20\nx + 1');
    expect(await textOf(1, number)).toBe('21');
    await killControl();
    await idle(1);
    const marker = join(platform.data, 'marker');
    const busy = await submit(
      1,
      `import os, time\nwhile not os.path.exists(${JSON.stringify(marker)}): time.sleep(0.05)\nx + 22`,
    );
    const behind = await submit(1, 'x + 23');
    await runs(1, busy);
    await killControl();
    writeFileSync(marker, '');
    expect([await textOf(1, busy), await textOf(1, behind)]).toEqual(['42', '43']);
  });

  it('the JVM or the agent is killed while a session starts', { timeout: 600_000 }, async () => {
    for (const victim of [jvm, agent]) {
      const { id } = await create();
      await kill(id, victim);
      expect(await dead(id)).toMatch(/emberlab: /);
    }
  });

  it('the JVM or the agent is killed while a session is idle', { timeout: 600_000 }, async () => {
    for (const victim of [jvm, agent]) {
      const { id } = await create();
      await idle(id);
      await kill(id, victim);
      expect(await dead(id)).toMatch(/emberlab: /);
    }
  });

  it('the JVM or the agent is killed while a session is busy', { timeout: 600_000 }, async () => {
    for (const victim of [jvm, agent]) {
      const { id } = await create();
      await idle(id);
      const done = await submit(id, '6 * 7');
      const busy = await submit(id, 'import time\ntime.sleep(600)');
      const behind = await submit(id, '1');
      await runs(id, busy);
      await kill(id, victim);
      expect(await dead(id)).toMatch(/emberlab: /);
      expect(await textOf(id, done)).toBe('42');
      for (const number of [busy, behind]) {
        expect((await result(id, number)).output).toMatchObject({ status: 'error', ename: 'DriverEnded' });
      }
    }
  });

  it(
    "a task's process is killed: its statement fails or is tried again, and the session goes on",
    { timeout: 300_000 },
    async () => {
      const { id } = await create();
      await idle(id);
      const number = await submit(
        id,
        'import os, time\nsc.parallelize([0], 1).map(lambda _: (open("worker.pid", "w").write(str(os.getpid())), time.sleep(600))).collect()',
      );
      const file = join(platform.data, 'projects/demo/worker.pid');
      await expect.poll(() => existsSync(file) && readFileSync(file, 'utf8') !== '', { timeout: patience }).toBe(true);
      process.kill(Number(readFileSync(file, 'utf8')), 'SIGKILL');
      expect((await result(id, number)).output).toMatchObject({ status: 'error', ename: 'Py4JJavaError' });
      await idle(id);
      expect(await textOf(id, await submit(id, 'spark.range(7).count()'))).toBe('7');
      await ask('DELETE', `/sessions/${id}`);
    },
  );

  it.skipIf(!rHere)(
    'R is killed while it is idle and while it is busy (needs R and SparkR)',
    { timeout: 600_000 },
    async () => {
      const { id } = await create({ kind: 'sparkr' });
      await idle(id);
      const rProcess = () =>
        listProcesses(platform.data)
          .filter(({ command }) => /\/R\/bin\/exec\/R|\bR --|Rscript/.test(command))
          .map(({ pid }) => pid);
      const killR = async () => {
        await expect.poll(() => rProcess().length, { timeout: patience }).toBeGreaterThan(0);
        for (const pid of rProcess()) process.kill(pid, 'SIGKILL');
      };
      expect(await textOf(id, await submit(id, '6 * 7', 'sparkr'))).toBe('[1] 42');
      await killR();
      // The next statement finds a new R, or says that the old one is gone and the one after it finds it.
      await expect
        .poll(async () => (await result(id, await submit(id, '1 + 1', 'sparkr'))).output?.status, {
          timeout: startPatience,
        })
        .toBe('ok');
      const busy = await submit(id, 'Sys.sleep(600)', 'sparkr');
      await runs(id, busy);
      await killR();
      expect((await result(id, busy)).output).toMatchObject({ status: 'error', ename: 'InterpreterError' });
      await idle(id);
      expect(await textOf(id, await submit(id, '3 * 4', 'sparkr'))).toBe('[1] 12');
      await ask('DELETE', `/sessions/${id}`);
    },
  );

  it('leaves no process behind', { timeout: 120_000 }, async () => {
    const { sessions } = (await ask('GET', '/sessions')).body as { sessions: Session[] };
    for (const { id } of sessions) await ask('DELETE', `/sessions/${id}`);
    await expect
      .poll(() => processesOf(platform.data).filter((line) => !/packages\/server\/src\/main\.ts/.test(line)), {
        timeout: patience,
      })
      .toEqual([]);
  });
});
