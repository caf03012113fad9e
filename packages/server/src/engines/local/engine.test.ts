import { chmod, mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { watch } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { systemClock } from '../../lib/clock.ts';
import type { DriverSpec } from '../engine.ts';
import { engineContract, type Behaviour, type EngineUnderTest } from '../engine.contract.ts';
import { createLocalEngine } from './engine.ts';
import { sessionMembers } from './processes.ts';
import { formatProperties, localFacts, localProperties } from './properties.ts';

/** Stands in for spark-submit: does what the properties say, and shows what it was started with. `ready` appears when it has done so. */
const fakeSparkSubmit = `#!/bin/bash
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

async function make(
  eventLogBytes = 0,
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
    createLocalEngine({
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
async function appears(path: string): Promise<void> {
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

engineContract('local', () => make());

test('a driver gets a clean environment, the project as its folder, and files for its group', async () => {
  await using it = await make();
  const spec = it.spec('obey');
  const { handle } = await it.engine.launch(spec);
  await it.settled(spec);
  const read = (name: string) => readFile(join(it.folderOf(spec), name), 'utf8');
  expect(await read('umask')).toBe('0007\n');
  expect(await read('cwd')).toBe(`${spec.projectFolder}\n`);
  const environment = await read('environment');
  for (const line of [
    'LANG=C.UTF-8',
    'JAVA_HOME=/opt/jdk',
    'PYSPARK_PYTHON=/usr/bin/python3',
    'SPARK_LOCAL_IP=127.0.0.1',
    'EMBERLAB_SPARKR=/opt/r library',
  ]) {
    expect(environment.split('\n')).toContain(line);
  }
  expect(environment).not.toMatch(/LD_PRELOAD|EMBERLAB_DATA|PYTHONPATH/);
  const folder = it.folderOf(spec);
  const [flag, properties, program, agent] = (await read('arguments')).trim().split('\n');
  expect([flag, properties, agent]).toEqual([
    '--properties-file',
    `${folder}/spark.properties`,
    `${folder}/scratch/agent.json`,
  ]);
  expect((await stat(program ?? '')).isFile()).toBe(true);
  for (const name of ['spark.properties', 'scratch/agent.json'])
    expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600);
  expect(JSON.parse(await read('scratch/agent.json'))).toEqual({
    sessionId: spec.sessionId,
    kind: 'pyspark',
    warmKinds: ['spark'],
    agentUrl: spec.agentUrl,
    secret: spec.secret,
    appName: spec.appName,
    outputLimitBytes: 1000,
    orphanTimeoutSeconds: 3600,
  });
  await it.engine.kill(handle);
  await it.engine.clean(spec.sessionId);
  expect((await readdir(folder)).filter((name) => name.endsWith('.log'))).toHaveLength(2);
  expect(await readdir(folder)).not.toContain('scratch');
});

test.each([
  ['027', '0027'],
  ['0002', '0002'],
  ['u=rwx', '0007'],
])('a mask of %s in the properties is that of the driver’s processes: %s', async (mask, umask) => {
  await using it = await make();
  const { properties, ...rest } = it.spec('obey');
  const spec = { ...rest, properties: { ...properties, 'spark.hadoop.fs.permissions.umask-mode': mask } };
  await it.engine.launch(spec);
  await it.settled(spec);
  expect(await readFile(join(it.folderOf(spec), 'umask'), 'utf8')).toBe(`${umask}\n`);
});

test('what is said of drivers before one is started is what they get', () => {
  const request = { projectFolder: '/data/projects/demo', properties: { 'spark.driver.cores': '3', 'spark.a': '1' } };
  const { defaults, pinned } = localFacts({ sparkMaster: 'local[*]', eventLogBytes: 1 }).platformProperties(request);
  const described = { ...defaults, ...request.properties, ...pinned };
  const places = { master: 'local[*]', scratch: '/scratch', eventLogs: '/scratch/events' };
  const real = localProperties({ ...request, appName: 'a.ipynb' }, places);
  const words = new Set(['spark.app.name', 'spark.driver.extraJavaOptions', 'spark.eventLog.dir']);
  const plain = (all: Record<string, string>) => Object.entries(all).filter(([name]) => !words.has(name));
  expect(plain(described)).toEqual(plain(real));
  expect(Object.keys(described)).toEqual(Object.keys(real));
  expect(JSON.stringify(described)).not.toContain('scratch');
});

test('what the platform decides wins over the request, what it proposes does not', () => {
  const spec = { appName: 'a', projectFolder: '/data/projects/demo', properties: {} };
  const read = (properties: Record<string, string>, master = 'local[*]') =>
    localProperties({ ...spec, properties }, { master, scratch: '/data/my sessions/1' });
  expect(read({})).toMatchObject({
    'spark.master': 'local[*]',
    'spark.ui.port': '0',
    'spark.hadoop.fs.permissions.umask-mode': '007',
    'spark.sql.warehouse.dir': 'file:///data/projects/demo/Resources/warehouse',
    'spark.driver.extraJavaOptions': '"-Djava.io.tmpdir=/data/my sessions/1" -XX:-UsePerfData',
  });
  expect(read({ 'spark.driver.cores': '3' })['spark.master']).toBe('local[3]');
  expect(read({ 'spark.driver.cores': '3' }, 'local[2]')['spark.master']).toBe('local[2]');
  const place = { master: 'local[*]', scratch: '/s', javaOptions: "-Dhttp.proxyHost=proxy -Dname='a b'" };
  expect(localProperties(spec, place)['spark.driver.extraJavaOptions']).toBe(
    "-Djava.io.tmpdir=/s -XX:-UsePerfData -Dhttp.proxyHost=proxy -Dname='a b'",
  );
  const mine = read({ 'spark.ui.port': '80', 'spark.master': 'yarn', 'spark.hadoop.fs.permissions.umask-mode': '022' });
  expect(mine).toMatchObject({
    'spark.ui.port': '0',
    'spark.master': 'local[*]',
    'spark.hadoop.fs.permissions.umask-mode': '022',
  });
});

test('each driver has a folder of its own for its event log, unless there are none', async () => {
  await using it = await make(1000);
  const spec = it.spec('exit');
  await (
    await it.engine.launch(spec)
  ).exited;
  const written = () => readFile(join(it.folderOf(spec), 'spark.properties'), 'utf8');
  expect((await stat(join(it.folderOf(spec), 'events'))).mode & 0o777).toBe(0o700);
  expect(await written()).toMatch(new RegExp(`^spark.eventLog.dir=.*sessions/${spec.sessionId}/events$`, 'm'));
  expect(await it.engine.eventLogs.limit(spec.sessionId, { ended: true })).toBe('none');

  await using without = await make();
  const other = without.spec('exit');
  await (
    await without.engine.launch(other)
  ).exited;
  expect(await readdir(without.folderOf(other))).not.toContain('events');
  expect(await readFile(join(without.folderOf(other), 'spark.properties'), 'utf8')).toMatch(
    /^spark.eventLog.enabled=false$/m,
  );
});

test('properties are written so that Java reads them back', () => {
  expect(formatProperties({ 'a b': '1=2', 'spark.x': ' č\n\\#!🙂:' })).toBe(
    'a\\u0020b=1\\u003d2\nspark.x=\\u0020\\u010d\\u000a\\u005c\\u0023\\u0021\\ud83d\\ude42\\u003a\n',
  );
});
