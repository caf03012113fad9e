import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SessionExecutor } from '@emberlab/contract';
import { expect, test } from 'vitest';
import type { NamedEngine } from '../../engines/engine.ts';
import { createMaster } from '../../engines/standalone/master.ts';
import { createStandaloneEngine } from '../../engines/standalone/engine.ts';
import { startStandaloneCluster, type StandaloneCluster } from '../../testing/standalone-cluster.ts';
import { createApi } from './testing/api.ts';
import { createRealRig, hasSpark, realOptions } from './testing/real-rig.ts';

const patient = { timeout: 180_000, interval: 100 };
/** They take a minute, and are a part of their own: `./test clusters`. */
const withClusters = hasSpark && process.env['EMBERLAB_TEST_CLUSTERS'] === '1';

/** A platform whose one engine is that cluster. */
const rigOn = (cluster: StandaloneCluster) =>
  createRealRig({
    engines: (folder) => {
      const { master, page } = cluster;
      const made = createStandaloneEngine({ master, page, driverHost: '127.0.0.1' }, realOptions(folder));
      const engine: NamedEngine = { name: 'cluster', label: 'Cluster', startsAhead: false, ...made };
      return { choose: async () => engine, find: () => engine };
    },
  });

const applicationsOf = async ({ master, page }: StandaloneCluster): Promise<number | undefined> =>
  (await createMaster({ master, page }).read())?.activeapps.length;

test.skipIf(!withClusters)(
  'a notebook’s session has its executors on a standalone cluster, and leaves nothing there when it ends',
  { timeout: 400_000 },
  async () => {
    await using cluster = await startStandaloneCluster(realOptions('').sparkHome);
    const worker = await cluster.addWorker();
    await using rig = await rigOn(cluster);
    const textOf = async (code: string): Promise<string> => {
      const path = `/sessions/1/statements/${(await rig.call('POST', '/sessions/1/statements', { body: { code } })).body.id}`;
      await expect.poll(async () => (await rig.call('GET', path)).body.state, patient).toBe('available');
      const { output } = (await rig.call('GET', path)).body;
      return output.status === 'ok' ? output.data['text/plain'] : `${output.ename}: ${output.evalue}`;
    };
    await rig.call('POST', '/sessions', {
      body: { kind: 'pyspark', driverMemory: '700m', executorMemory: '512m', numExecutors: 1 },
    });
    await expect.poll(async () => (await rig.call('GET', '/sessions/1/state')).body.state, patient).toBe('idle');
    expect(await textOf('1+1')).toBe('2');
    expect(await textOf('(sc.master, sc.parallelize(range(10), 2).map(lambda n: n + 1).sum())')).toBe(
      `('${cluster.master}', 55)`,
    );
    const capacity = await createMaster(cluster).capacity();
    expect(capacity).toMatchObject({ problem: null, workers: 1, cores: { total: 1, used: 1 }, waiting: 0 });

    await using api = await createApi(rig);
    const look = async (path: string) => (await api.call('GET', `/sessions/1/${path}`)).body;
    const [executor] = (await look('executors')).items as SessionExecutor[];
    expect(executor).toMatchObject({ active: true, cores: 1, logs: ['stdout', 'stderr'] });
    const log = async () => (await api.call('GET', `/sessions/1/executors/${executor?.id}/log`)).text;
    await expect.poll(log, patient).toContain('Connecting to driver');

    // A machine goes: what it ran is run again by the next one that comes.
    const goOn = join(rig.folder, 'go-on');
    const code = [
      'import os, time',
      'def wait(number):',
      `    while not os.path.exists(${JSON.stringify(goOn)}): time.sleep(0.05)`,
      '    return number',
      'sc.parallelize(range(10), 2).map(wait).sum()',
    ].join('\n');
    const waiting = (await rig.call('POST', '/sessions/1/statements', { body: { code } })).body.id;
    await expect
      .poll(async () => ((await look('executors')).items as SessionExecutor[])[0]?.activeTasks, patient)
      .toBe(1);
    await worker.end();
    await cluster.addWorker();
    await writeFile(goOn, '');
    const path = `/sessions/1/statements/${waiting}`;
    await expect.poll(async () => (await rig.call('GET', path)).body.state, patient).toBe('available');
    expect((await rig.call('GET', path)).body.output.data).toEqual({ 'text/plain': '45' });

    // Control ends and comes back: the session is the same.
    await rig.restart();
    expect(await textOf('2+2')).toBe('4');

    expect([await applicationsOf(cluster), cluster.executors()]).toEqual([1, 1]);
    await rig.call('DELETE', '/sessions/1');
    await expect.poll(() => applicationsOf(cluster), patient).toBe(0);
    await expect.poll(() => cluster.executors(), patient).toBe(0);
    expect(rig.errors).toEqual([]);
  },
);

test.skipIf(!withClusters)(
  'what a cluster can’t run is refused with a sentence, and a driver that is killed leaves no application',
  { timeout: 400_000 },
  async () => {
    await using cluster = await startStandaloneCluster(realOptions('').sparkHome);
    await cluster.addWorker();
    await using rig = await rigOn(cluster);
    const ends = async (id: number): Promise<string> => {
      await expect.poll(async () => (await rig.call('GET', `/sessions/${id}/state`)).body.state, patient).toBe('dead');
      const row = await rig.db.selectFrom('sessions').select('problem').where('id', '=', id).executeTakeFirst();
      return row?.problem ?? '';
    };
    await rig.call('POST', '/sessions', { body: { kind: 'pyspark', executorMemory: '2g' } });
    expect(await ends(1)).toMatch(/executor with 2048 MB and 1 core: the most that one has is 1024 MB and 1 core/);

    await rig.call('POST', '/sessions', { body: { kind: 'pyspark', driverMemory: '700m', executorMemory: '512m' } });
    await expect.poll(async () => (await rig.call('GET', '/sessions/2/state')).body.state, patient).toBe('idle');
    await expect.poll(() => applicationsOf(cluster), patient).toBe(1);
    const row = await rig.db.selectFrom('sessions').select('pid').where('id', '=', 2).executeTakeFirstOrThrow();
    process.kill(-(row.pid ?? 0), 'SIGKILL');
    expect(await ends(2)).toMatch(/killed/);
    await expect.poll(() => applicationsOf(cluster), patient).toBe(0);
    await expect.poll(() => cluster.executors(), patient).toBe(0);

    await cluster.endMaster();
    expect((await createMaster(cluster).capacity())?.problem).toMatch(/does not answer/);
    await rig.call('POST', '/sessions', { body: { kind: 'pyspark' } });
    expect(await ends(3)).toMatch(/The Spark master spark:\S+ does not answer/);
  },
);
