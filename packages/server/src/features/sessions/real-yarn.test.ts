import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { request, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import type { NamedEngine } from '../../engines/engine.ts';
import { createYarnEngine } from '../../engines/yarn/engine.ts';
import { hadoopHome, startHadoopCluster, type HadoopCluster } from '../../testing/hadoop-cluster.ts';
import { realSpark } from '../../testing/real-spark.ts';
import { createApi } from './testing/api.ts';
import { passOn } from './testing/pass-on.ts';
import { createRealRig, hasSpark, realOptions } from './testing/real-rig.ts';

const patient = { timeout: 180_000, interval: 100 };
/** They take minutes, and are a part of their own: `./test clusters`. */
const withClusters = hasSpark && hadoopHome !== undefined && process.env['EMBERLAB_TEST_CLUSTERS'] === '1';

/** A platform whose one engine is that cluster; the edge's part is played by what passes connections on. */
async function rigOn(cluster: HadoopCluster, queues: [string, ...string[]] = ['default']) {
  const stack = new AsyncDisposableStack();
  const front = stack.use(await passOn());
  const rig = stack.use(
    await createRealRig({
      engines: (folder) => {
        front.lead(`${folder}/run/agent.sock`);
        const { engine, facts, capacity, close } = createYarnEngine(
          {
            confDir: cluster.confDir,
            user: 'emberlab',
            helperPython: realSpark?.python ?? '',
            agentUrl: `ws://127.0.0.1:${front.port}`,
            queues,
            sparkOnNodes: realOptions(folder).sparkHome,
            archive: null,
            python: null,
          },
          realOptions(folder),
        );
        stack.defer(close);
        const named: NamedEngine = { name: 'hadoop', label: 'Hadoop', startsAhead: false, engine, facts, capacity };
        return { choose: async () => named, find: () => named };
      },
    }),
  );
  const idOf = async (id: number): Promise<string> => {
    const row = await rig.db.selectFrom('sessions').select('cluster_id').where('id', '=', id).executeTakeFirst();
    return row?.cluster_id ?? '';
  };
  return { rig, idOf, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

const small = { driverMemory: '600m', executorMemory: '450m', numExecutors: 1 };

test.skipIf(!withClusters)(
  'a notebook’s session runs on YARN, outlives a restart, shows its log and its Spark UI, and leaves nothing there',
  { timeout: 400_000 },
  async () => {
    await using cluster = await startHadoopCluster();
    await using it = await rigOn(cluster);
    const { rig } = it;
    const textOf = async (code: string): Promise<string> => {
      const path = `/sessions/1/statements/${(await rig.call('POST', '/sessions/1/statements', { body: { code } })).body.id}`;
      await expect.poll(async () => (await rig.call('GET', path)).body.state, patient).toBe('available');
      const { output } = (await rig.call('GET', path)).body;
      return output.status === 'ok' ? output.data['text/plain'] : `${output.ename}: ${output.evalue}`;
    };
    await rig.call('POST', '/sessions', { body: { kind: 'pyspark', ...small } });
    await expect.poll(async () => (await rig.call('GET', '/sessions/1/state')).body.state, patient).toBe('idle');
    expect(await textOf('(sc.master, sc.parallelize(range(10), 2).map(lambda n: n + 1).sum())')).toBe("('yarn', 55)");
    expect(await textOf("import os; 'CONTAINER_ID' in os.environ")).toBe('True');
    const application = await it.idOf(1);
    expect(application).toMatch(/^application_\d+_\d+$/);
    expect(await textOf('sc.applicationId')).toBe(`'${application}'`);

    // Its log comes while it runs.
    await textOf("import sys; sc._jvm.java.lang.System.err.println('a line of the log')");
    const log = () => readFile(join(rig.folder, 'sessions/1/stderr.log'), 'utf8').catch(() => '');
    await expect.poll(log, patient).toContain('a line of the log');
    // Its Spark UI, through the agent, with links of its own.
    const [target] = rig.targets.values();
    const headers = { ...target?.headers, host: 'ui.localhost' };
    const asked = request({ socketPath: target?.socketPath, path: '/jobs/', headers }).end();
    const [page] = (await once(asked, 'response')) as [IncomingMessage];
    const jobs = await text(page);
    expect(jobs).toMatch(/<title>.*Spark Jobs<\/title>/);
    expect(jobs).toContain('"/static/');
    expect(jobs).not.toContain('/proxy/application');

    await rig.restart();
    expect(await textOf('2+2')).toBe('4');
    expect(await it.idOf(1)).toBe(application);
    await expect.poll(log, patient).toContain('a line of the log');

    await rig.call('DELETE', '/sessions/1');
    await expect
      .poll(async () => (await rig.db.selectFrom('sessions').select('state').executeTakeFirst())?.state, patient)
      .toBe('dead');
    await expect.poll(() => cluster.processes(), patient).toEqual([]);
    // What YARN has kept of it, to the last line.
    expect(await log()).toMatch(/a line of the log[^]*Final app status: SUCCEEDED/);
    expect(rig.errors).toEqual([]);
  },
);

test.skipIf(!withClusters)(
  'a session that finds no room says what it waits for, and one whose driver is killed says so',
  { timeout: 400_000 },
  async () => {
    await using cluster = await startHadoopCluster();
    await using it = await rigOn(cluster, ['default', 'nowhere']);
    const { rig } = it;
    await using api = await createApi(rig);
    const stateOf = async (id: number) => (await rig.call('GET', `/sessions/${id}/state`)).body.state;
    const problemOf = async (id: number): Promise<string> => {
      await expect.poll(() => stateOf(id), patient).toBe('dead');
      const row = await rig.db.selectFrom('sessions').select('problem').where('id', '=', id).executeTakeFirst();
      return row?.problem ?? '';
    };
    await rig.call('POST', '/sessions', { body: { kind: 'pyspark', queue: 'nowhere' } });
    expect(await problemOf(1)).toMatch(/YARN has no queue nowhere/);

    await rig.call('POST', '/sessions', { body: { kind: 'pyspark', driverMemory: '1500m', numExecutors: 1 } });
    await expect.poll(() => it.idOf(2), patient).not.toBe('');
    await rig.call('POST', '/sessions', { body: { kind: 'pyspark', driverMemory: '1500m' } });
    await expect
      .poll(async () => (await api.call('GET', '/sessions/3')).body.waiting, patient)
      .toMatch(/waits in the queue default: the YARN cluster has [\d.]+ of 3 GB of memory free/);
    await rig.call('DELETE', '/sessions/3');

    await expect.poll(() => stateOf(2), patient).toBe('idle');
    for (const pid of await cluster.processes(await it.idOf(2))) process.kill(pid, 'SIGKILL');
    expect(await problemOf(2)).toMatch(/The Spark driver/);
    await expect.poll(() => cluster.processes(), patient).toEqual([]);
    expect(rig.errors).toEqual([]);
  },
);
