import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { agent, jvm, openGateway, patience, startPatience, type Gateway } from './gateway.ts';
import { listProcesses } from './leftovers.ts';
import { Platform } from './platform.ts';
import { hasSparkR } from './spark-r.ts';

const rHere = hasSparkR();

/** Each part of a session is killed in each of its states. Results are not lost, the end is told as it is, and nothing stays behind. */
describe('faults', () => {
  let platform: Platform;
  let gateway: Gateway;

  beforeAll(async () => {
    platform = await Platform.prepare();
    gateway = await openGateway(platform);
  });
  afterAll(async () => {
    await platform?.remove();
  });

  /** Kills the one process of a session whose command line is so, once it is there. */
  const kill = async (id: number, command: RegExp) => {
    const pids = () => gateway.pids(id, command);
    await expect.poll(() => pids().length, { timeout: patience, interval: 20 }).toBeGreaterThan(0);
    for (const pid of pids()) process.kill(pid, 'SIGKILL');
  };
  const killControl = async () => {
    const { control } = platform.pids();
    process.kill(control, 'SIGKILL');
    await expect
      .poll(() => platform.pids().control, { timeout: patience, interval: 20 })
      .not.toSatisfy((pid: number) => pid === control || pid === 0);
  };

  it('control is killed while a session starts, is idle, and is busy', { timeout: 600_000 }, async () => {
    const { idle, submit, textOf, runs } = gateway;
    await gateway.firstSession({ name: 'first' });
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
      const { id } = await gateway.create();
      await kill(id, victim);
      expect(await gateway.dead(id)).toMatch(/emberlab: /);
    }
  });

  it('the JVM or the agent is killed while a session is idle', { timeout: 600_000 }, async () => {
    for (const victim of [jvm, agent]) {
      const { id } = await gateway.create();
      await gateway.idle(id);
      await kill(id, victim);
      expect(await gateway.dead(id)).toMatch(/emberlab: /);
    }
  });

  it('the JVM or the agent is killed while a session is busy', { timeout: 600_000 }, async () => {
    for (const victim of [jvm, agent]) {
      const { id } = await gateway.create();
      await gateway.idle(id);
      const done = await gateway.submit(id, '6 * 7');
      const busy = await gateway.submit(id, 'import time\ntime.sleep(600)');
      const behind = await gateway.submit(id, '1');
      await gateway.runs(id, busy);
      await kill(id, victim);
      const killedAt = performance.now();
      const ran = (await gateway.result(id, busy)).output;
      const toldMs = performance.now() - killedAt;
      await expect.poll(() => gateway.stateOf(id), { timeout: patience, interval: 20 }).toBe('dead');
      const deadMs = performance.now() - killedAt;
      process.stdout.write(
        `kill -9 of ${victim === jvm ? 'the JVM' : 'the agent'}: its statement told after ${(toldMs / 1000).toFixed(1)} s, dead after ${(deadMs / 1000).toFixed(1)} s\n`,
      );
      const log = await gateway.dead(id);
      expect(log).toMatch(/\nemberlab: /);
      expect(ran).toMatchObject({ status: 'error', ename: 'DriverEnded' });
      // The last lines of the driver are in both; a JVM whose agent is gone says many more.
      expect(ran?.traceback?.join('')).toContain(`${log.split('\n').slice(-3, -1).join('\n')}\n`);
      expect(await gateway.textOf(id, done)).toBe('42');
      const { output } = await gateway.result(id, behind);
      expect(output).toMatchObject({
        ename: 'DriverEnded',
        evalue: expect.stringMatching(/^This statement did not run/),
      });
    }
  });

  it(
    "a task's process is killed: its statement fails or is tried again, and the session goes on",
    { timeout: 300_000 },
    async () => {
      const { id } = await gateway.create();
      await gateway.idle(id);
      const number = await gateway.submit(
        id,
        'import os, time\nsc.parallelize([0], 1).map(lambda _: (open("worker.pid", "w").write(str(os.getpid())), time.sleep(600))).collect()',
      );
      const file = join(platform.data, 'projects/demo/worker.pid');
      await expect.poll(() => existsSync(file) && readFileSync(file, 'utf8') !== '', { timeout: patience }).toBe(true);
      process.kill(Number(readFileSync(file, 'utf8')), 'SIGKILL');
      expect((await gateway.result(id, number)).output).toMatchObject({ status: 'error', ename: 'Py4JJavaError' });
      await gateway.idle(id);
      expect(await gateway.textOf(id, await gateway.submit(id, 'spark.range(7).count()'))).toBe('7');
      await gateway.ask('DELETE', `/sessions/${id}`);
    },
  );

  it.skipIf(!rHere)(
    'R is killed while it is idle and while it is busy (needs R and SparkR)',
    { timeout: 600_000 },
    async () => {
      const { id } = await gateway.create({ kind: 'sparkr' });
      await gateway.idle(id);
      const rProcess = () =>
        listProcesses(platform.data)
          .filter(({ command }) => /\/R\/bin\/exec\/R|\bR --|Rscript/.test(command))
          .map(({ pid }) => pid);
      const killR = async () => {
        await expect.poll(() => rProcess().length, { timeout: patience }).toBeGreaterThan(0);
        for (const pid of rProcess()) process.kill(pid, 'SIGKILL');
      };
      expect(await gateway.textOf(id, await gateway.submit(id, '6 * 7', 'sparkr'))).toBe('[1] 42');
      await killR();
      // The next statement finds a new R, or says that the old one is gone and the one after it finds it.
      await expect
        .poll(async () => (await gateway.result(id, await gateway.submit(id, '1 + 1', 'sparkr'))).output?.status, {
          timeout: startPatience,
        })
        .toBe('ok');
      const busy = await gateway.submit(id, 'Sys.sleep(600)', 'sparkr');
      await gateway.runs(id, busy);
      await killR();
      expect((await gateway.result(id, busy)).output).toMatchObject({ status: 'error', ename: 'InterpreterError' });
      await gateway.idle(id);
      expect(await gateway.textOf(id, await gateway.submit(id, '3 * 4', 'sparkr'))).toBe('[1] 12');
      await gateway.ask('DELETE', `/sessions/${id}`);
    },
  );

  it('leaves no process behind', { timeout: 120_000 }, () => gateway.endAll());
});
