import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { watch } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../lib/clock.ts';
import type { DriverSpec } from '../engine.ts';
import type { Behaviour, EngineUnderTest } from '../engine.contract.ts';
import { createLocalEngine, type LocalEngine, type LocalEngineOptions } from './engine.ts';
import { sessionMembers } from './processes.ts';

/** Stands in for spark-submit: does what the properties say, and shows what it was started with. `ready` appears when it has done so. */
export const fakeSparkSubmit = `#!/bin/bash
behaviour=$(sed -n 's/^spark.test.behaviour=//p' "$2")
folder=$(dirname "$2")
echo out; echo err >&2
printf '%s\\n' "$@" >"$folder/arguments"
env >"$folder/environment"
umask >"$folder/umask"
pwd >"$folder/cwd"
case "$behaviour" in
  exit) exit 3 ;;
  stubborn) trap '' TERM; sleep 3600 & ;;
  stray) set -m; bash -c 'trap "" TERM HUP; exec sleep 3600' & set +m ;;
esac
touch "$folder/ready"
while :; do sleep 3600 & wait $!; done
`;

/** An engine whose drivers are that script. `create`: how one is made whose drivers run on this machine; default: the local one. */
export async function localUnderTest(
  eventLogBytes = 0,
  create: (options: LocalEngineOptions) => LocalEngine = createLocalEngine,
): Promise<EngineUnderTest & { folder: string; folderOf(spec: DriverSpec): string }> {
  const folder = await mkdtemp(join(tmpdir(), 'ember-engine-'));
  const sparkHome = join(folder, 'spark home');
  await mkdir(join(sparkHome, 'bin'), { recursive: true });
  await writeFile(join(sparkHome, 'bin/spark-submit'), fakeSparkSubmit);
  await chmod(join(sparkHome, 'bin/spark-submit'), 0o755);
  const projectFolder = join(folder, 'projects', "it's a $project");
  await mkdir(projectFolder, { recursive: true });
  const sessionsFolder = join(folder, 'sessions');
  const open = (home: string) =>
    create({
      clock: systemClock,
      sparkHome: home,
      sparkMaster: 'local[*]',
      javaHome: '/opt/jdk',
      sessionsFolder,
      batchesFolder: join(folder, 'batches'),
      outputLimitBytes: 1000,
      eventLogBytes,
      sparkrLibrary: '/opt/r library',
      graceMs: 200,
      environment: { PATH: process.env['PATH'], LD_PRELOAD: 'x', EMBERLAB_DATA: 'x' },
    });
  const engine = open(sparkHome);
  let id = 0;
  const launched: DriverSpec[] = [];
  const folderOf = (spec: DriverSpec) => join(sessionsFolder, String(spec.sessionId));
  const leader = async (spec: DriverSpec) =>
    Number((await readFile(join(folderOf(spec), 'process'), 'utf8')).split(' ')[0]);
  const pids = async (spec: DriverSpec): Promise<number[]> => {
    const pid = await leader(spec).catch(() => null);
    if (pid === null) return [];
    const handle = await engine.find(spec.sessionId);
    return [...(handle === null ? [] : [pid]), ...sessionMembers(handle ?? { pid, startTicks: '' })];
  };
  return {
    engine,
    folder,
    folderOf,
    spec(behaviour: Behaviour) {
      const spec: DriverSpec = {
        sessionId: ++id,
        owner: { projectId: 'project1', userId: 'user1' },
        kind: 'pyspark',
        warmKinds: ['spark'],
        appName: 'Reports/čaša.ipynb',
        projectFolder,
        python: '/usr/bin/python3',
        agentUrl: 'unix:/run/agent.sock',
        secret: `agent_secret${id}`,
        properties: { 'spark.test.behaviour': behaviour },
      };
      launched.push(spec);
      return spec;
    },
    settled: (spec) => appears(join(folderOf(spec), 'ready')),
    async visible(spec) {
      const texts = await Promise.all(
        (await pids(spec)).flatMap((pid) =>
          // A process that has ended since shows nothing any more.
          ['cmdline', 'environ'].map((file) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '')),
        ),
      );
      return texts.join('\n') + (await readFile(join(folderOf(spec), 'spark.properties'), 'utf8'));
    },
    strangerTo: (handle) => ({ ...handle, startTicks: '1' }),
    processes: async (spec) => (await pids(spec)).length,
    restarted: () => open(sparkHome),
    withoutSpark: () => open(join(folder, 'nothing')),
    async [Symbol.asyncDispose]() {
      for (const spec of launched) {
        const handle = await engine.find(spec.sessionId);
        if (handle !== null) await engine.kill(handle);
      }
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Resolves when a file is there. */
export async function appears(path: string): Promise<void> {
  const folder = join(path, '..');
  for await (const _ of changesOf(folder)) if ((await stat(path).catch(() => null)) !== null) return;
}

async function* changesOf(folder: string): AsyncGenerator<void> {
  let wake = () => {};
  const watcher = watch(folder, () => wake());
  try {
    for (;;) {
      const next = new Promise<void>((resolve) => (wake = resolve));
      yield;
      await next;
    }
  } finally {
    watcher.close();
  }
}
