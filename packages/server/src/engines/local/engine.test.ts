import { readFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { engineContract } from '../engine.contract.ts';
import { localUnderTest } from './engine.fixture.ts';
import { formatProperties, localFacts, localProperties } from './properties.ts';

engineContract('local', () => localUnderTest());

test('a driver gets a clean environment, the project as its folder, and files for its group', async () => {
  await using it = await localUnderTest();
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
  await using it = await localUnderTest();
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
  await using it = await localUnderTest(1000);
  const spec = it.spec('exit');
  await (
    await it.engine.launch(spec)
  ).exited;
  const written = () => readFile(join(it.folderOf(spec), 'spark.properties'), 'utf8');
  expect((await stat(join(it.folderOf(spec), 'events'))).mode & 0o777).toBe(0o700);
  expect(await written()).toMatch(new RegExp(`^spark.eventLog.dir=.*sessions/${spec.sessionId}/events$`, 'm'));
  expect(await it.engine.eventLogs.limit(spec.sessionId, { ended: true })).toBe('none');

  await using without = await localUnderTest();
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
