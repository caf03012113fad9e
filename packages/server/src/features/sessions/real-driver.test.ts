import { request } from 'node:http';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { sessionMembers } from '../../engines/local/processes.ts';
import { createRealRig, hasSpark } from './testing/real-rig.ts';
import type { Rig } from './testing/rig.ts';

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

test.skipIf(!hasSpark)(
  'a real driver: statements, cancel, the Spark UI, a restart of control, its end',
  { timeout: 240_000 },
  async () => {
    await using rig = await createRealRig();
    const run = async (code: string, kind = 'pyspark'): Promise<Body> => {
      const { body } = await rig.call('POST', '/sessions/1/statements', { body: { code, kind } });
      return ask(rig, `/sessions/1/statements/${body.id}`, ended);
    };
    const created = await rig.call('POST', '/sessions', {
      body: {
        kind: 'pyspark',
        driverCores: 1,
        conf: { 'spark.sql.shuffle.partitions': 2, 'livy.rsc.sql.num-rows': 3 },
      },
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

    // rows of SQL, as many as the request says
    const rows = await run('SELECT id FROM range(10)', 'sql');
    expect(rows.output.data['application/json'].data).toEqual([[0], [1], [2]]);

    // what is printed comes while it runs; positions are in characters, whatever JavaScript counts
    const goOn = join(rig.folder, 'go-on');
    const waits = `while not os.path.exists(${JSON.stringify(goOn)}): time.sleep(0.05)`;
    const line = '🙂漢🏳️‍🌈ž';
    const code = `import os, time\nfor _ in range(4):\n    print(${JSON.stringify(line)})\n    time.sleep(0.3)\n${waits}`;
    const prints = (await rig.call('POST', '/sessions/1/statements', { body: { code } })).body.id;
    const whole = `${line}\n`.repeat(4);
    let got = '';
    while (got !== whole) {
      const from = Array.from(got).length;
      const { body: piece } = await rig.call('GET', `/sessions/1/statements/${prints}/output?from=${from}`);
      expect(piece).toMatchObject({ state: 'running', from, next: from + Array.from(piece.text).length });
      got += piece.text;
      expect(whole.startsWith(got)).toBe(true);
    }
    const middle = (await rig.call('GET', `/sessions/1/statements/${prints}/output?from=9`)).body;
    expect(middle).toMatchObject({ from: 9, text: Array.from(whole).slice(9).join('') });
    await writeFile(goOn, '');
    expect((await ask(rig, `/sessions/1/statements/${prints}`, ended)).output.data['text/plain']).toBe(whole.trimEnd());

    // an endless loop ends, and what was defined stays
    await rig.call('POST', '/sessions/1/statements', { body: { code: 'while True: pass' } });
    await ask(rig, '/sessions/1/statements', (body) => body.statements.at(-1).state === 'running');
    await rig.call('POST', '/sessions/1/statements/7/cancel', { body: {} });
    expect(await ask(rig, '/sessions/1/statements/7', ended)).toMatchObject({ state: 'cancelled' });
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
    expect((await ask(rig, '/sessions/1/statements/9', ended)).output.data).toEqual({ 'text/plain': '43' });

    // its driver is killed while a statement runs
    const row = await rig.db.selectFrom('sessions').select(['pid', 'start_ticks']).executeTakeFirstOrThrow();
    const handle = { pid: row.pid ?? 0, startTicks: row.start_ticks ?? '' };
    await rig.call('POST', '/sessions/1/statements', { body: { code: 'time.sleep(600)' } });
    process.kill(handle.pid, 'SIGKILL');
    expect((await ask(rig, '/sessions/1/statements/10', ended)).output).toMatchObject({
      status: 'error',
      ename: 'DriverEnded',
    });
    expect((await rig.call('GET', '/sessions/1/state')).body.state).toBe('dead');
    expect(sessionMembers(handle)).toEqual([]);

    // one that is deleted leaves no process either
    await rig.call('POST', '/sessions', { body: { kind: 'pyspark' } });
    await ask(rig, '/sessions/2', (session) => session.state === 'idle');
    await rig.call('POST', '/sessions/2/statements', { body: { code: 'SELECT id FROM range(2000)', kind: 'sql' } });
    const many = await ask(rig, '/sessions/2/statements/0', ended);
    expect(many.output.data['application/json'].data).toHaveLength(1000);
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
