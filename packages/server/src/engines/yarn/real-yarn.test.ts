import { once } from 'node:events';
import { watch } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../lib/clock.ts';
import { hadoopHome, startHadoopCluster, type HadoopCluster } from '../../testing/hadoop-cluster.ts';
import { realSpark } from '../../testing/real-spark.ts';
import type { DriverSpec } from '../engine.ts';
import { engineContract, type Behaviour, type EngineUnderTest } from '../engine.contract.ts';
import { createYarnEngine, type YarnOptions } from './engine.ts';

/** They take minutes, and are a part of their own: `./test clusters`. */
const withClusters = realSpark !== null && hadoopHome !== undefined && process.env['EMBERLAB_TEST_CLUSTERS'] === '1';

let cluster: HadoopCluster;
beforeAll(async () => {
  if (withClusters) cluster = await startHadoopCluster();
}, 120_000);
afterAll(async () => {
  if (withClusters) await cluster[Symbol.asyncDispose]();
}, 60_000);

/** An engine on the cluster whose drivers are a program that does as it is told. */
async function make(changes: Partial<YarnOptions> = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'ember-yarn-'));
  const projectFolder = join(folder, 'project');
  await mkdir(projectFolder);
  const python = realSpark?.python ?? '';
  const home = realSpark?.submit.sparkHome ?? '';
  const made: ReturnType<typeof createYarnEngine>[] = [];
  const open = (sparkHome: string) => {
    const one = createYarnEngine(
      {
        confDir: cluster.confDir,
        user: 'emberlab',
        helperPython: python,
        agentUrl: 'ws://127.0.0.1:1',
        program: join(import.meta.dirname, 'fixture-program.py'),
        queues: ['default', 'other', 'closed', 'nowhere'],
        sparkOnNodes: home,
        archive: null,
        python: null,
        ...changes,
      },
      {
        clock: systemClock,
        sparkHome,
        javaHome: null,
        sessionsFolder: join(folder, 'sessions'),
        batchesFolder: join(folder, 'batches'),
        outputLimitBytes: 1000,
        environment: process.env,
      },
    );
    made.push(one);
    return one;
  };
  const { engine, capacity } = open(home);
  let id = 0;
  const launched: DriverSpec[] = [];
  const readyFile = ({ sessionId }: DriverSpec) => join(folder, `ready-${sessionId}`);
  const applicationOf = async (spec: DriverSpec) =>
    (await readFile(join(folder, 'sessions', String(spec.sessionId), 'yarn-application'), 'utf8')).trim();
  const processesOf = async (spec: DriverSpec) => cluster.processes(await applicationOf(spec));
  return {
    engine,
    capacity,
    folder,
    spec(behaviour: Behaviour, properties: Record<string, string> = {}): DriverSpec {
      const sessionId = ++id;
      const spec: DriverSpec = {
        sessionId,
        owner: { projectId: 'project1', userId: 'user1' },
        kind: 'pyspark',
        warmKinds: [],
        appName: 'Reports/čaša.ipynb',
        projectFolder,
        python,
        agentUrl: 'unix:/run/agent.sock',
        secret: `agent_secret${sessionId}`,
        properties: {
          'spark.driver.memory': '384m',
          'spark.test.behaviour': behaviour,
          'spark.test.ready': join(folder, `ready-${sessionId}`),
          ...properties,
        },
      };
      launched.push(spec);
      return spec;
    },
    settled: (spec: DriverSpec) => appears(readyFile(spec)),
    async visible(spec: DriverSpec) {
      const texts = await Promise.all(
        (await processesOf(spec)).flatMap((pid) =>
          ['cmdline', 'environ'].map((file) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '')),
        ),
      );
      expect(texts.join('')).toContain('CONTAINER_ID');
      return texts.join('\n');
    },
    strangerTo: () => ({ clusterId: 'application_1_0001' }),
    processes: async (spec: DriverSpec) => (await processesOf(spec)).length,
    // Containers are the cluster's, and end as far as its machines end them.
    endsStrays: false,
    // Spark gives out what its Python says as its own output.
    stderrOfPrograms: 'stdout' as const,
    lingersMs: 20_000,
    restarted: () => open(home).engine,
    withoutSpark: () => open(join(folder, 'nothing')).engine,
    async [Symbol.asyncDispose]() {
      for (const spec of launched) {
        const handle = await engine.find(spec.sessionId);
        if (handle !== null) await engine.kill(handle);
      }
      for (const one of made) await one.close();
      await rm(folder, { recursive: true, force: true });
    },
  } satisfies EngineUnderTest & Record<string, unknown>;
}

if (withClusters) engineContract('yarn', make, { timeout: 120_000 });

test.skipIf(!withClusters)('what can’t be started is refused with a sentence', { timeout: 120_000 }, async () => {
  await using it = await make();
  const refused = (properties: Record<string, string>) =>
    it.engine.launch(it.spec('obey', properties)).then(
      () => 'it runs',
      (error: Error) => error.message,
    );
  expect(await refused({ 'spark.yarn.queue': 'nowhere' })).toMatch(/YARN has no queue nowhere/);
  expect(await refused({ 'spark.yarn.queue': 'closed' })).toMatch(/queue closed of YARN is stopped/);
  expect(await refused({ 'spark.yarn.queue': 'secret' })).toMatch(/none that this engine may use: default, other/);
  expect(await refused({ 'spark.driver.memory': '4g' })).toMatch(/can have 2048 MB/);
  await using stranger = await make({ user: 'stranger' });
  await expect(stranger.engine.launch(stranger.spec('obey'))).rejects.toThrow(
    /does not let stranger write.*home folder/,
  );
  await expect.poll(() => cluster.processes(), { timeout: 20_000 }).toEqual([]);
});

test.skipIf(!withClusters)(
  'what finds no room waits, says so, and leaves nothing when it is given up',
  { timeout: 180_000 },
  async () => {
    await using it = await make();
    expect(await it.capacity()).toMatchObject({ problem: null, workers: 1, memoryBytes: { total: 3 * 1024 ** 3 } });
    const large = { 'spark.driver.memory': '1500m' };
    const first = it.spec('obey', large);
    const { handle } = await it.engine.launch(first);
    await it.settled(first);
    expect(await it.engine.waitingFor?.(handle)).toBeNull();
    const second = await it.engine.launch(it.spec('obey', large));
    await expect
      .poll(() => it.engine.waitingFor?.(second.handle), { timeout: 30_000 })
      .toMatch(/^The application waits in the queue default: the YARN cluster has 1\.\d of 3 GB of memory free\.$/);
    // Nor has the first one an executor: it never tells YARN that it has begun.
    expect((await it.capacity())?.waiting).toBe(2);
    await it.engine.kill(second.handle);
    expect(await second.exited).toEqual({ code: null, signal: 'SIGTERM' });
    await it.engine.kill(handle);
    await expect.poll(() => cluster.processes(), { timeout: 20_000 }).toEqual([]);
  },
);

test.skipIf(!withClusters)('what is away is named', { timeout: 180_000 }, async () => {
  await using own = await startHadoopCluster();
  const { confDir } = own;
  await using it = await make({ confDir });
  own.stop('hdfs');
  await expect
    .poll(() => it.engine.launch(it.spec('obey')).catch((error: Error) => error.message), { timeout: 60_000 })
    .toMatch(/file system \(HDFS\) does not answer/);
  own.stop('yarn');
  await expect
    .poll(() => it.engine.launch(it.spec('obey')).catch((error: Error) => error.message), { timeout: 60_000 })
    .toMatch(/resource manager does not answer/);
  expect((await it.capacity())?.problem).toMatch(/does not answer/);
});

/** Resolves when a file is there. */
async function appears(path: string): Promise<void> {
  const watcher = watch(join(path, '..'));
  try {
    while ((await stat(path).catch(() => null)) === null) await once(watcher, 'change');
  } finally {
    watcher.close();
  }
}
