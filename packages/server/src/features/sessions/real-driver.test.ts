import { request } from 'node:http';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { createLocalEngine } from '../../engines/local/engine.ts';
import { sessionMembers } from '../../engines/local/processes.ts';
import { systemClock } from '../../lib/clock.ts';
import { createRig, type Rig } from './testing/rig.ts';

const sparkHome = process.env['EMBERLAB_TEST_SPARK_HOME'];
const python = process.env['EMBERLAB_TEST_PYTHON'];

// What came over HTTP has no type until a test looks at it.
// oxlint-disable-next-line typescript/no-explicit-any
type Body = any;

/** Asks until the answer is as wanted. Most of these requests are held by the server, so this spins only where they are not. */
async function ask(rig: Rig, path: string, wanted: (body: Body) => boolean): Promise<Body> {
  for (;;) {
    const { body } = await rig.call('GET', path);
    if (wanted(body)) return body;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const ended = (statement: { state: string }) => statement.state === 'available' || statement.state === 'cancelled';

test.skipIf(sparkHome === undefined || python === undefined)(
  'a real driver: statements, cancel, the Spark UI, a restart of control, its end',
  { timeout: 240_000 },
  async () => {
    await using rig = await createRig({
      clock: systemClock,
      limits: { reconcileMs: 200 },
      python: python ?? '',
      engine: (folder) =>
        createLocalEngine({
          clock: systemClock,
          sparkHome: sparkHome ?? '',
          sparkMaster: 'local[*]',
          javaHome: null,
          sessionsFolder: join(folder, 'sessions'),
          batchesFolder: join(folder, 'batches'),
          outputLimitBytes: 1024 * 1024,
          environment: process.env,
        }),
    });
    const run = async (code: string): Promise<Body> => {
      const { body } = await rig.call('POST', '/sessions/1/statements', { body: { code } });
      return ask(rig, `/sessions/1/statements/${body.id}`, ended);
    };
    const created = await rig.call('POST', '/sessions', {
      body: { kind: 'pyspark', driverCores: 1, conf: { 'spark.sql.shuffle.partitions': 2 } },
      headers: { 'emberlab-notebook': 'na%20me.ipynb' },
    });
    expect(created.status).toBe(201);
    const ready = await ask(rig, '/sessions/1', (session) => session.state !== 'starting');
    expect([ready.state, ready.log]).toEqual(['idle', expect.any(Array)]);

    expect(await run('1+1')).toMatchObject({
      output: { status: 'ok', execution_count: 0, data: { 'text/plain': '2' } },
      progress: 1,
    });
    expect((await run('x = 41\nprint("žđ 漢 🙂")')).output.data).toEqual({ 'text/plain': 'žđ 漢 🙂' });
    expect((await run('1/0')).output).toMatchObject({ status: 'error', ename: 'ZeroDivisionError' });
    const names = await run('(sc.appName, sc.master, spark.range(10).count(), oct(__import__("os").umask(0o007)))');
    expect(names.output.data).toEqual({ 'text/plain': "('na me.ipynb', 'local[1]', 10, '0o7')" });
    const secrets = await run('str(sc.getConf().getAll()) + str(__import__("os").environ)');
    expect(secrets.output.data['text/plain']).not.toContain('agent_');

    // an endless loop ends, and what was defined stays
    await rig.call('POST', '/sessions/1/statements', { body: { code: 'while True: pass' } });
    await ask(rig, '/sessions/1/statements', (body) => body.statements.at(-1).state === 'running');
    await rig.call('POST', '/sessions/1/statements/5/cancel', { body: {} });
    expect(await ask(rig, '/sessions/1/statements/5', ended)).toMatchObject({ state: 'cancelled' });
    expect((await run('x + 1')).output.data).toEqual({ 'text/plain': '42' });

    // the Spark UI, as the edge asks for it
    const [target] = rig.targets.values();
    const ui = request({
      socketPath: target?.socketPath,
      path: '/jobs/',
      headers: { ...target?.headers, host: 'ui.localhost' },
    }).end();
    const [page] = (await once(ui, 'response')) as [IncomingMessage];
    expect(page.statusCode).toBe(200);
    expect(await text(page)).toContain('Spark Jobs');

    // control goes away while a statement runs; its result comes all the same
    await rig.call('POST', '/sessions/1/statements', { body: { code: 'import time\ntime.sleep(2)\nx + 2' } });
    await rig.restart();
    expect((await ask(rig, '/sessions/1/statements/7', ended)).output.data).toEqual({ 'text/plain': '43' });

    // its driver is killed while a statement runs
    const row = await rig.db.selectFrom('sessions').select(['pid', 'start_ticks']).executeTakeFirstOrThrow();
    const handle = { pid: row.pid ?? 0, startTicks: row.start_ticks ?? '' };
    await rig.call('POST', '/sessions/1/statements', { body: { code: 'time.sleep(600)' } });
    process.kill(handle.pid, 'SIGKILL');
    expect((await ask(rig, '/sessions/1/statements/8', ended)).output).toMatchObject({
      status: 'error',
      ename: 'DriverEnded',
    });
    expect((await rig.call('GET', '/sessions/1/state')).body.state).toBe('dead');
    expect(sessionMembers(handle)).toEqual([]);

    // one that is deleted leaves no process either
    await rig.call('POST', '/sessions', { body: { kind: 'pyspark' } });
    await ask(rig, '/sessions/2', (session) => session.state === 'idle');
    const second = await rig.db
      .selectFrom('sessions')
      .select(['pid', 'start_ticks'])
      .where('id', '=', 2)
      .executeTakeFirstOrThrow();
    expect((await rig.call('DELETE', '/sessions/2')).status).toBe(200);
    const gone = { pid: second.pid ?? 0, startTicks: second.start_ticks ?? '' };
    expect([await rig.deps.engine.isAlive(gone), sessionMembers(gone)]).toEqual([false, []]);
    expect(rig.errors).toEqual([]);
  },
);
