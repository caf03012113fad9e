import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../lib/clock.ts';
import { identify, type ProcessIdentity } from '../../lib/process.ts';
import type { DriverHandle, DriverSpec } from '../engine.ts';
import type { Behaviour, EngineUnderTest } from '../engine.contract.ts';
import { appears, fakeSparkSubmit } from '../local/engine.fixture.ts';
import { sessionMembers } from '../local/processes.ts';
import { createKubernetesEngine, type KubernetesEngineOptions } from './engine.ts';
import { filesOf } from './files.ts';

export type PodsOfMachine = {
  /** the process of this machine that a Pod begins with; null: it has none */
  pidOf(pod: string): number | null;
  /** what everybody sees of all Pods */
  manifests(): Promise<string>;
};

/** A data folder, of which a cluster's volumes are, with a Spark that does what tests say; `home`: where that lies in it. */
export async function dataFolder(sparkSubmit: string = fakeSparkSubmit, home = 'spark home') {
  const dataDir = await mkdtemp(join(tmpdir(), 'ember-engine-'));
  const sparkInImage = join(dataDir, home);
  await mkdir(join(sparkInImage, 'bin'), { recursive: true });
  await writeFile(join(sparkInImage, 'bin/spark-submit'), sparkSubmit);
  await chmod(join(sparkInImage, 'bin/spark-submit'), 0o755);
  const projectFolder = join(dataDir, 'projects', 'demo');
  await mkdir(projectFolder, { recursive: true });
  return { dataDir, sparkInImage, projectFolder };
}

/** An engine whose Pods are processes of this machine, with that script for a Spark. */
export function podsUnderTest(
  { dataDir, sparkInImage, projectFolder }: Awaited<ReturnType<typeof dataFolder>>,
  cluster: PodsOfMachine,
  settings: Partial<KubernetesEngineOptions>,
) {
  const sessionsFolder = join(dataDir, 'sessions');
  const made: ReturnType<typeof createKubernetesEngine>[] = [];
  const open = (more: Partial<KubernetesEngineOptions> = {}) => {
    const one = createKubernetesEngine(
      {
        namespace: 'spark',
        namespaces: {},
        kubeconfig: null,
        image: 'localhost/spark:1',
        sparkInImage,
        serviceAccount: 'default',
        dataClaim: 'data',
        dataPath: '',
        imagePullSecrets: [],
        nodeSelector: {},
        dataDir,
        agentUrl: 'ws://emberlab:8080',
        ...settings,
        ...more,
      },
      {
        clock: systemClock,
        sparkHome: '/nowhere',
        javaHome: null,
        sessionsFolder,
        batchesFolder: join(dataDir, 'batches'),
        outputLimitBytes: 1000,
        eventLogBytes: 1024 ** 2,
        graceMs: 200,
        environment: {},
      },
    );
    made.push(one);
    return one;
  };
  const { engine, capacity, facts } = open();
  let id = 0;
  const launched: DriverSpec[] = [];
  const folderOf = (spec: DriverSpec) => filesOf(sessionsFolder, spec.sessionId).folder;
  const seen = new Map<number, ProcessIdentity>();
  const pids = async (spec: DriverSpec): Promise<number[]> => {
    const word = await readFile(filesOf(sessionsFolder, spec.sessionId).pod, 'utf8').catch(() => '');
    const pid = cluster.pidOf(word.trim().split('/')[1] ?? '');
    const now = pid === null ? null : identify(pid);
    if (now !== null) seen.set(spec.sessionId, now);
    const first = now ?? seen.get(spec.sessionId);
    return first === undefined ? [] : [...(now === null ? [] : [now.pid]), ...sessionMembers(first)];
  };
  return {
    engine,
    capacity,
    facts,
    open,
    dataDir,
    folderOf,
    spec(behaviour: Behaviour, properties: Record<string, string> = {}): DriverSpec {
      const sessionId = ++id;
      const spec: DriverSpec = {
        sessionId,
        owner: { projectId: 'project1', userId: 'user1' },
        kind: 'pyspark',
        warmKinds: [],
        appName: 'Reports/čaša.ipynb',
        projectFolder,
        python: '/bin/sh',
        agentUrl: 'unix:/run/agent.sock',
        secret: `agent_secret${sessionId}`,
        properties: { 'spark.test.behaviour': behaviour, ...properties },
      };
      launched.push(spec);
      return spec;
    },
    settled: (spec: DriverSpec) => appears(join(folderOf(spec), 'ready')),
    async visible(spec: DriverSpec) {
      const texts = await Promise.all(
        (await pids(spec)).flatMap((pid) =>
          ['cmdline', 'environ'].map((file) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '')),
        ),
      );
      return texts.join('\n') + (await cluster.manifests());
    },
    strangerTo: (handle: DriverHandle): DriverHandle =>
      'clusterId' in handle ? { clusterId: handle.clusterId.replace(/[^/]*$/, 'another') } : handle,
    processes: async (spec: DriverSpec) => (await pids(spec)).length,
    // In a real Pod everything ends with its first process.
    endsStrays: false,
    restarted: () => open().engine,
    async [Symbol.asyncDispose]() {
      for (const spec of launched) {
        const handle = await engine.find(spec.sessionId).catch(() => null);
        if (handle !== null) await engine.kill(handle);
      }
      for (const one of made) await one.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  } satisfies EngineUnderTest & Record<string, unknown>;
}
