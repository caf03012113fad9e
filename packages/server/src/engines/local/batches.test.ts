import { createServer } from 'node:http';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { systemClock } from '../../lib/clock.ts';
import { identify } from '../../lib/process.ts';
import { batchesContract, type BatchBehaviour, type BatchesUnderTest } from '../batches.contract.ts';
import type { BatchSpec } from '../engine.ts';
import { applicationAt, uiPortIn } from './application.ts';
import { createLocalEngine, type LocalEngine } from './engine.ts';
import { sessionMembers } from './processes.ts';

/** Stands in for spark-submit: does what the properties say, and writes down what it was started with; a pipe says when it has done so. */
const fakeSparkSubmit = `#!/bin/bash
behaviour=$(sed -n 's/^spark.test.behaviour=//p' "$2")
folder=$(dirname "$2")
echo out; echo err >&2
printf '%s\\0' "\${@:3}" >"$folder/arguments"
env >"$folder/environment"
umask >"$folder/umask"
pwd >"$folder/cwd"
case "$behaviour" in
  exit) exit 3 ;;
  crash) kill -KILL $$ ;;
  stubborn) trap '' TERM; sleep 3600 & ;;
  stray) set -m; bash -c 'trap "" TERM HUP; exec sleep 3600' & set +m ;;
esac
touch "$folder/ready"
while :; do sleep 3600 & wait $!; done
`;

type Made = Omit<BatchesUnderTest, 'engine'> & {
  readonly engine: LocalEngine;
  folderOf(spec: BatchSpec): string;
  read(spec: BatchSpec, name: string): Promise<string>;
};

async function make(): Promise<Made> {
  const folder = await mkdtemp(join(tmpdir(), 'ember-batches-'));
  const sparkHome = join(folder, 'spark home');
  await mkdir(join(sparkHome, 'bin'), { recursive: true });
  await writeFile(join(sparkHome, 'bin/spark-submit'), fakeSparkSubmit);
  await chmod(join(sparkHome, 'bin/spark-submit'), 0o755);
  const projectFolder = join(folder, 'projects', "it's a $project");
  await mkdir(projectFolder, { recursive: true });
  const open = (home: string) =>
    createLocalEngine({
      clock: systemClock,
      sparkHome: home,
      sparkMaster: 'local[*]',
      javaHome: '/opt/jdk',
      sessionsFolder: join(folder, 'sessions'),
      batchesFolder: join(folder, "the batches' folder"),
      outputLimitBytes: 1000,
      graceMs: 200,
      environment: { PATH: process.env['PATH'], LD_PRELOAD: 'x', EMBERLAB_DATA: 'x' },
    });
  const engine = open(sparkHome);
  let id = 0;
  const folderOf = (spec: BatchSpec) => join(folder, "the batches' folder", String(spec.batchId));
  const read = (spec: BatchSpec, name: string) => readFile(join(folderOf(spec), name), 'utf8');
  const pids = async (spec: BatchSpec): Promise<number[]> => {
    const handle = await engine.batches.find(spec.batchId);
    if (handle === null) return [];
    return [...((await engine.isAlive(handle)) ? [handle.pid] : []), ...sessionMembers(handle)];
  };
  const specs: BatchSpec[] = [];
  return {
    engine,
    folderOf,
    read,
    spec(behaviour: BatchBehaviour) {
      const spec: BatchSpec = {
        batchId: ++id,
        owner: { projectId: 'project1', userId: 'user1' },
        appName: 'nightly čaša',
        projectFolder,
        python: '/usr/bin/python3',
        file: join(projectFolder, 'my job.py'),
        className: null,
        args: ['x'],
        properties: { 'spark.test.behaviour': behaviour },
      };
      specs.push(spec);
      return spec;
    },
    async settled(spec) {
      await expect.poll(() => readdir(folderOf(spec))).toContain('ready');
    },
    command: async (spec) => (await read(spec, 'arguments')).split('\0').slice(0, -1),
    async visible(spec) {
      const texts = await Promise.all(
        (await pids(spec)).flatMap((pid) =>
          // A process that has ended since shows nothing any more.
          ['cmdline', 'environ'].map((file) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '')),
        ),
      );
      expect((await stat(join(folderOf(spec), 'spark.properties'))).mode & 0o777).toBe(0o600);
      return texts.join('\n');
    },
    processes: async (spec) => (await pids(spec)).length,
    restarted: () => open(sparkHome),
    withoutSpark: () => open(join(folder, 'nothing')),
    async [Symbol.asyncDispose]() {
      for (const spec of specs) {
        const handle = await engine.batches.find(spec.batchId);
        if (handle !== null) await engine.kill(handle);
      }
      await rm(folder, { recursive: true, force: true });
    },
  };
}

batchesContract('local', make);

test('a batch has the mask of its properties', async () => {
  await using it = await make();
  const { properties, ...rest } = it.spec('obey');
  const spec = { ...rest, properties: { ...properties, 'spark.hadoop.fs.permissions.umask-mode': '0077' } };
  await it.engine.batches.launch(spec);
  await it.settled(spec);
  expect(await it.read(spec, 'umask')).toBe('0077\n');
});

test('a batch gets a clean environment, the project as its folder, files for its group, and its class', async () => {
  await using it = await make();
  const spec = { ...it.spec('obey'), file: '/x/job.jar', className: 'org.example.Main' };
  const { handle } = await it.engine.batches.launch(spec);
  await it.settled(spec);
  expect(await it.command(spec)).toEqual(['--class', 'org.example.Main', '/x/job.jar', 'x']);
  expect(await it.read(spec, 'umask')).toBe('0007\n');
  expect(await it.read(spec, 'cwd')).toBe(`${spec.projectFolder}\n`);
  const environment = await it.read(spec, 'environment');
  for (const line of ['LANG=C.UTF-8', 'JAVA_HOME=/opt/jdk', 'PYSPARK_PYTHON=/usr/bin/python3']) {
    expect(environment.split('\n')).toContain(line);
  }
  expect(environment).not.toMatch(/LD_PRELOAD|EMBERLAB|PYTHONPATH/);
  const properties = await it.read(spec, 'spark.properties');
  expect(properties).toContain('spark.app.name=nightly\\u0020\\u010da\\u0161a\n');
  expect(properties).toContain('spark.hadoop.fs.permissions.umask-mode=007\n');
  await it.engine.kill(handle);
  await it.engine.batches.clean(spec.batchId);
  const left = await readdir(it.folderOf(spec));
  expect(left.filter((name) => ['scratch', 'spark.properties'].includes(name))).toEqual([]);
});

test('one whose leader is killed leaves nothing, and nobody knows how it ended', async () => {
  await using it = await make();
  const spec = it.spec('stubborn');
  const { handle, exited } = await it.engine.batches.launch(spec);
  await it.settled(spec);
  process.kill(handle.pid, 'SIGKILL');
  await exited;
  expect(identify(handle.pid)).toBeNull();
  expect(await it.engine.batches.exitOf(spec.batchId)).toBeNull();
  expect(await it.processes(spec)).toBeGreaterThan(0);
  await it.engine.kill(handle);
  expect(await it.processes(spec)).toBe(0);
});

test('arguments that are too long for the system are refused with a sentence', async () => {
  await using it = await make();
  const spec = { ...it.spec('obey'), args: ['x'.repeat(200_000)] };
  await expect(it.engine.batches.launch(spec)).rejects.toThrow(/could not be started.*too long/);
  expect(await it.engine.batches.find(spec.batchId)).toBeNull();
  expect(await readdir(it.folderOf(spec))).not.toContain('spark.properties');
});

test('the application is found where the log says that its UI is', async () => {
  const log = "26/11/25 04:17:11 INFO Utils: Successfully started service 'SparkUI' on port 37579.\n";
  expect(uiPortIn(log)).toBe(37_579);
  for (const other of ['', log.replace('SparkUI', 'sparkDriver'), log.replace('37579', '99999')]) {
    expect(uiPortIn(other)).toBeNull();
  }
  let answer = '[ {\n  "id" : "local-1795580232545",\n  "name" : "x" } ]';
  let asked = '';
  await using server = createServer((request, reply) => {
    asked = request.url ?? '';
    reply.end(answer);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  expect([await applicationAt({ port, headers: {} }), asked]).toEqual(['local-1795580232545', '/api/v1/applications']);
  for (const wrong of ['[]', '<html>', '[{"id":"a b"}]', `[{"id":"${'x'.repeat(200_000)}"}]`]) {
    answer = wrong;
    expect(await applicationAt({ port, headers: {} })).toBeNull();
  }
});

test('where no UI answers there is no application', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  expect(await applicationAt({ port, headers: {} })).toBeNull();
});
