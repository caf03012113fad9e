import { once } from 'node:events';
import { watch } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { systemClock } from '../../lib/clock.ts';
import { hadoopHome, type HadoopCluster } from '../../testing/hadoop-cluster.ts';
import { realSpark } from '../../testing/real-spark.ts';
import type { BatchSpec, DriverSpec } from '../engine.ts';
import type { BatchBehaviour, BatchesUnderTest } from '../batches.contract.ts';
import type { Behaviour, EngineUnderTest } from '../engine.contract.ts';
import { createYarnAsMembers } from './as-members.ts';
import { createYarnEngine, type YarnOptions } from './engine.ts';

/** They take minutes, and are a part of their own: `./test clusters`. */
export const withClusters =
  realSpark !== null && hadoopHome !== undefined && process.env['EMBERLAB_TEST_CLUSTERS'] === '1';

const fixtureProgram = join(import.meta.dirname, 'fixture-program.py');

/** Engines on the cluster whose programs do as they are told. `kind`: what is launched. */
async function open(
  cluster: HadoopCluster,
  kind: 'sessions' | 'batches',
  changes: Partial<YarnOptions>,
  domain: string | null = null,
) {
  const folder = await mkdtemp(join(tmpdir(), 'ember-yarn-'));
  const projectFolder = join(folder, 'project');
  await mkdir(projectFolder);
  const python = realSpark?.python ?? '';
  const home = realSpark?.submit.sparkHome ?? '';
  const made: ReturnType<typeof createYarnEngine>[] = [];
  const create = (sparkHome: string) => {
    const start =
      domain === null
        ? createYarnEngine
        : (...[yarn, options]: Parameters<typeof createYarnEngine>) => createYarnAsMembers(yarn, { domain }, options);
    const one = start(
      {
        confDir: cluster.confDir,
        user: 'emberlab',
        kerberos: null,
        helperPython: python,
        agentUrl: 'ws://127.0.0.1:1',
        program: fixtureProgram,
        queues: ['default', 'other', 'closed', 'nowhere'],
        sparkOnNodes: home,
        archive: null,
        python: null,
        packed: false,
        folder: null,
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
  const { engine, capacity } = create(home);
  const processesOf = async (id: number) =>
    cluster.processes((await readFile(join(folder, kind, String(id), 'yarn-application'), 'utf8')).trim());
  let last = 0;
  const begun: number[] = [];
  const readyFile = (id: number) => join(folder, `ready-${id}`);
  return {
    engine,
    capacity,
    folder,
    readyFile,
    /** What all that is launched has. */
    common(behaviour: string, properties: Record<string, string> = {}) {
      const id = ++last;
      begun.push(id);
      return {
        id,
        owner: { projectId: 'project1', userId: 'user1' },
        projectFolder,
        python,
        properties: {
          'spark.driver.memory': '384m',
          'spark.test.behaviour': behaviour,
          'spark.test.ready': readyFile(id),
          ...properties,
        },
      };
    },
    processes: async (id: number) => (await processesOf(id)).length,
    async visible(id: number) {
      const texts = await Promise.all(
        (await processesOf(id)).flatMap((pid) =>
          ['cmdline', 'environ'].map((file) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '')),
        ),
      );
      expect(texts.join('')).toContain('CONTAINER_ID');
      return texts.join('\n');
    },
    /** What contracts are told of this engine. */
    traits: {
      // Containers are the cluster's, and end as far as its machines end them.
      endsStrays: false,
      // Spark gives out what its Python says as its own output.
      stderrOfPrograms: 'stdout' as const,
      lingersMs: 20_000,
      restarted: () => create(home).engine,
      withoutSpark: () => create(join(folder, 'nothing')).engine,
      async [Symbol.asyncDispose]() {
        for (const id of begun) {
          const handle = await (kind === 'sessions' ? engine : engine.batches).find(id);
          if (handle !== null) await engine.kill(handle);
        }
        for (const one of made) await one.close();
        await rm(folder, { recursive: true, force: true });
      },
    },
  };
}

/** An engine whose drivers are such programs. */
export async function makeYarn(
  cluster: HadoopCluster,
  changes: Partial<YarnOptions> = {},
  domain: string | null = null,
) {
  const { engine, capacity, folder, common, readyFile, processes, visible, traits } = await open(
    cluster,
    'sessions',
    changes,
    domain,
  );
  return {
    ...traits,
    engine,
    capacity,
    folder,
    spec(behaviour: Behaviour, properties: Record<string, string> = {}): DriverSpec {
      const { id: sessionId, ...rest } = common(behaviour, properties);
      return {
        ...rest,
        sessionId,
        kind: 'pyspark',
        warmKinds: [],
        appName: 'Reports/čaša.ipynb',
        agentUrl: 'unix:/run/agent.sock',
        secret: `agent_secret${sessionId}`,
      };
    },
    /** What its stdout was. */
    textOf: ({ sessionId }: DriverSpec) => readFile(engine.logs(sessionId).stdout, 'utf8'),
    settled: ({ sessionId }: DriverSpec) => appears(readyFile(sessionId)),
    visible: ({ sessionId }: DriverSpec) => visible(sessionId),
    processes: ({ sessionId }: DriverSpec) => processes(sessionId),
    strangerTo: () => ({ clusterId: 'application_1_0001' }),
  } satisfies EngineUnderTest & Record<string, unknown>;
}

/** The same with batches. */
export async function makeYarnBatches(cluster: HadoopCluster, changes: Partial<YarnOptions> = {}) {
  const { engine, folder, common, readyFile, processes, visible, traits } = await open(cluster, 'batches', changes);
  const file = join(folder, "my job's.py");
  await copyFile(fixtureProgram, file);
  return {
    ...traits,
    engine,
    spec(behaviour: BatchBehaviour): BatchSpec {
      const { id: batchId, ...rest } = common(behaviour);
      return { ...rest, batchId, appName: 'nightly čaša', file, className: null, args: ['x'] };
    },
    settled: ({ batchId }: BatchSpec) => appears(readyFile(batchId)),
    async command(spec: BatchSpec) {
      const [, ...args] = (await readFile(`${readyFile(spec.batchId)}.arguments`, 'utf8')).split('\0').slice(0, -1);
      return [spec.file, ...args];
    },
    /** A variable that it has been given. */
    word: async ({ batchId }: BatchSpec) =>
      (await readFile(`${readyFile(batchId)}.arguments`, 'utf8')).split('\0').at(-1) ?? '',
    visible: ({ batchId }: BatchSpec) => visible(batchId),
    processes: ({ batchId }: BatchSpec) => processes(batchId),
  } satisfies BatchesUnderTest & Record<string, unknown>;
}

/** Resolves when a file is there. */
async function appears(path: string): Promise<void> {
  const watcher = watch(join(path, '..'));
  try {
    while ((await stat(path).catch(() => null)) === null) await once(watcher, 'change');
  } finally {
    watcher.close();
  }
}
