import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { create, get, launched, rigWithFile, stateOf } from './batches.fixture.ts';

const keys = ['id', 'name', 'owner', 'proxyUser', 'state', 'appId', 'appInfo', 'log'];

test('a batch is created with what Spark needs, and answered as Livy does', async () => {
  await using rig = await rigWithFile();
  const body = {
    args: [1, true, 'x y', '--class', 2.5],
    className: 'org.example.Ignored',
    name: 'nightly',
    driverMemory: '1g',
    driverCores: '2',
    numExecutors: 3,
    conf: { 'spark.a': 1, b: true },
    files: [rig.file],
    proxyUser: 'ada@example.org',
  };
  const created = await create(rig, body);
  expect([created.status, created.headers['location']]).toEqual([201, '/batches/1']);
  expect(Object.keys(created.body)).toEqual(keys);
  expect(created.body).toEqual({
    id: 1,
    name: 'nightly',
    owner: 'ada@example.org',
    proxyUser: 'ada@example.org',
    state: 'starting',
    appId: null,
    appInfo: { driverLogUrl: null, sparkUiUrl: null, executorLogUrls: null },
    log: ['stdout: ', '\nstderr: '],
  });
  const { spec } = await launched(rig, 1);
  expect(spec).toEqual({
    batchId: 1,
    owner: { projectId: rig.projectId, userId: rig.ada.id },
    ownerEmail: 'ada@example.org',
    appName: 'nightly',
    projectFolder: rig.projectFolder,
    python: '/usr/bin/python3',
    file: rig.file,
    className: null,
    args: ['1', 'true', 'x y', '--class', '2.5'],
    properties: {
      'spark.a': '1',
      'spark.b': 'true',
      'spark.driver.memory': '1g',
      'spark.driver.cores': '2',
      'spark.executor.instances': '3',
      'spark.files': rig.file,
    },
  });
  await create(rig, { file: `file:${rig.projectFolder}/job.jar`, className: 'org.example.Main' });
  expect((await launched(rig, 2)).spec).toMatchObject({ appName: 'emberlab-batch-2', className: 'org.example.Main' });
  expect(rig.state.touched).toContain(rig.projectId);
  expect(rig.errors).toEqual([]);
});

test('it starts, runs once its application is there, and succeeds', async () => {
  await using rig = await rigWithFile();
  await create(rig);
  const batch = await launched(rig, 1);
  expect(await stateOf(rig, 1)).toBe('starting');
  batch.applicationId = 'local-7';
  await rig.reconcile();
  await expect.poll(() => stateOf(rig, 1)).toBe('running');
  expect((await get(rig, '/batches/1')).body).toMatchObject({ appId: 'local-7', state: 'running' });
  batch.exit(0);
  await expect.poll(() => stateOf(rig, 1)).toBe('success');
  expect(rig.fake.batches.cleaned).toEqual([1]);
  // what has ended keeps its application
  expect((await get(rig, '/batches/1')).body.appId).toBe('local-7');
});

test('without an application it counts as running after a while, and leaves its place at the start to others', async () => {
  await using rig = await rigWithFile({ limits: { startingDrivers: 1, batchStartingMs: 60_000 } });
  await create(rig);
  await launched(rig, 1);
  // sessions and batches share the limit
  for (const path of ['/sessions', '/batches']) {
    const full = await rig.call('POST', path, { body: path === '/batches' ? { file: rig.file } : {} });
    expect(full).toMatchObject({ status: 429, body: { msg: 'Rejected, too many sessions are being created!' } });
  }
  await rig.pass(60_000);
  await expect.poll(() => stateOf(rig, 1)).toBe('running');
  expect((await rig.call('POST', '/sessions', { body: {} })).status).toBe(201);
  expect((await create(rig)).status).toBe(429);
});

test('one that fails is dead, and its log says why', async () => {
  await using rig = await rigWithFile();
  await create(rig);
  const batch = await launched(rig, 1);
  const { stdout, stderr } = rig.fake.engine.batches.logs(1);
  await writeFile(stdout, 'one\nValueError: no such column\n');
  await writeFile(stderr, 'INFO SparkContext: stopped\n');
  batch.exit(3);
  await expect.poll(() => stateOf(rig, 1)).toBe('dead');
  const sentence = 'emberlab: The Spark driver ended with exit code 3. Its log says: ValueError: no such column';
  const out = ['one', 'ValueError: no such column'];
  const lines = ['stdout: ', ...out, '\nstderr: ', 'INFO SparkContext: stopped', sentence];
  expect((await get(rig, '/batches/1/log')).body).toEqual({ id: 1, from: 0, total: 6, log: lines });
  expect((await get(rig, '/batches/1/log?from=1&size=2')).body).toMatchObject({ from: 1, total: 6, log: out });
  expect((await get(rig, '/batches/1')).body.log).toEqual(lines);

  // killed by the system
  await create(rig);
  (await launched(rig, 2)).exit(137);
  await expect.poll(() => stateOf(rig, 2)).toBe('dead');
  expect((await get(rig, '/batches/2/log')).body.log.at(-1)).toMatch(/^emberlab: The Spark driver was killed;/);
});

test('one that can not be started is dead at once', async () => {
  await using rig = await rigWithFile();
  rig.fake.batches.refuse('There is no Spark.');
  await create(rig);
  await expect.poll(() => stateOf(rig, 1)).toBe('dead');
  expect((await get(rig, '/batches/1/log')).body.log.at(-1)).toBe('emberlab: There is no Spark.');
});

test('refused requests leave nothing behind', async () => {
  await using rig = await rigWithFile();
  const outside = join(rig.folder, 'outside.py');
  await writeFile(outside, '');
  await symlink(outside, join(rig.projectFolder, 'link.py'));
  await writeFile(join(rig.projectFolder, 'a.txt'), '');
  await writeFile(join(rig.projectFolder, 'text.jar'), 'some words');
  await mkdir(join(rig.folder, 'projects/demo2'));
  await writeFile(join(rig.folder, 'projects/demo2/x.py'), '');
  const refused: [Record<string, unknown>, RegExp][] = [
    [{ file: undefined }, /^Rejected, Reason: requirement failed: File is required\.$/],
    [{ file: '' }, /File is required/],
    [{ file: 'job.py' }, /Path 'job.py' is not absolute/],
    [{ file: join(rig.projectFolder, 'a.txt') }, /neither/],
    [{ file: outside }, /There is no file .*outside\.py in the project's folder/],
    [{ file: join(rig.projectFolder, 'link.py') }, /There is no file/],
    [{ file: join(rig.projectFolder, '../demo2/x.py') }, /There is no file/],
    [{ file: `${rig.file},${outside}` }, /There is no file/],
    [{ file: `file://${outside}` }, /There is no file/],
    [{ file: join(rig.projectFolder, 'missing.py') }, /There is no file .*missing\.py/],
    [{ file: `${rig.file}#x.py` }, /"file" can't be/],
    [{ args: 'x' }, /args/],
    [{ args: [{}] }, /args/],
    [{ args: ['a\0'] }, /no program can be given/],
    [{ args: ['x'.repeat(70_000)] }, /at most 65536 characters/],
    [{ className: 'a b' }, /"className" can't be/],
    [{ className: '--conf' }, /"className" can't be/],
    [{ name: '123' }, /Invalid session name/],
    [{ driverMemory: 'much' }, /driverMemory/],
    [{ numExecutors: -1 }, /numExecutors/],
    [{ jars: ['/etc/passwd'] }, /cannot be added/],
    [{ jars: [`${rig.projectFolder}/text.jar`] }, /text\.jar is not a jar\. Please/],
    [{ file: `${rig.projectFolder}/text.jar` }, /text\.jar is not a jar\. Please/],
    [{ driverMemory: '10m' }, /Spark needs at least 450 MB/],
    [{ conf: { 'spark.submit.deployMode': 'cluster' } }, /Blacklisted/],
    [{ kind: 'pyspark' }, /Unrecognized field "kind"/],
  ];
  for (const [body, message] of refused) {
    const { status, body: answer } = await create(rig, body);
    expect([body, status]).toEqual([body, 400]);
    expect(answer.msg).toMatch(message);
  }
  expect((await create(rig, { proxyUser: 'bea@example.org' })).status).toBe(403);
  rig.state.environmentReady = false;
  expect((await create(rig)).status).toBe(409);
  expect((await get(rig, '/batches')).body).toEqual({ from: 0, total: 0, sessions: [] });
  expect(rig.fake.batches.launched).toEqual([]);
});

test('the list is paged; ids are small, of their own, and never used again', async () => {
  await using rig = await rigWithFile();
  await rig.idle();
  for (let i = 1; i <= 3; i++) expect((await create(rig)).body.id).toBe(i);
  await launched(rig, 3);
  expect((await rig.call('DELETE', '/batches/3')).status).toBe(200);
  expect((await create(rig)).body.id).toBe(4);
  const page = (await get(rig, '/batches?from=1&size=1')).body;
  expect([page.from, page.total, page.sessions.map((batch: { id: number }) => batch.id)]).toEqual([1, 3, [2]]);
  expect((await get(rig, '/batches/')).body.sessions).toHaveLength(3);
  expect((await get(rig, '/batches?from=x')).body.msg).toMatch(/^For input string: "x"\. .*"from"/);
  expect((await get(rig, '/batches/99')).body).toEqual({ msg: "Session '99' not found." });
  expect((await get(rig, '/batches/99999999999')).status).toBe(400);
  expect((await rig.call('PUT', '/batches/1')).status).toBe(405);
});

test('a name is free once its batch has ended, and a session may have the same', async () => {
  await using rig = await rigWithFile();
  await rig.idle({ name: 'nightly' });
  await create(rig, { name: 'nightly' });
  const again = await create(rig, { name: 'nightly' });
  expect([again.status, again.body.msg]).toEqual([
    400,
    expect.stringMatching(/^Rejected, Reason: Duplicate session name: Some\(nightly\) for session 1\. .*take another/),
  ]);
  expect((await get(rig, '/batches/nightly/state')).body.id).toBe(1);
  (await launched(rig, 1)).exit(0);
  await expect.poll(() => stateOf(rig, 1)).toBe('success');
  expect((await create(rig, { name: 'nightly' })).body.id).toBe(2);
  // the live one
  expect((await get(rig, '/batches/nightly')).body.id).toBe(2);
});

test('DELETE ends what runs, and hides what has ended', async () => {
  await using rig = await rigWithFile();
  await create(rig);
  await launched(rig, 1);
  const deleted = await rig.call('DELETE', '/batches/1');
  expect([deleted.status, deleted.body]).toEqual([200, { msg: 'deleted' }]);
  expect(rig.fake.batches.running()).toBe(0);
  const row = await rig.db.selectFrom('batches').select('state').executeTakeFirstOrThrow();
  expect(row.state).toBe('killed');
  expect((await get(rig, '/batches/1')).status).toBe(404);
  expect((await rig.call('DELETE', '/batches/1')).status).toBe(404);

  await create(rig);
  (await launched(rig, 2)).exit(1);
  await expect.poll(() => stateOf(rig, 2)).toBe('dead');
  expect((await rig.call('DELETE', '/batches/2')).status).toBe(200);
  expect((await get(rig, '/batches')).body.total).toBe(0);
});

test('what is somebody else’s is not there; viewers look and start nothing', async () => {
  await using rig = await rigWithFile();
  const bea = await rig.user('bea@example.org', 'owner');
  const vic = await rig.user('vic@example.org', 'viewer');
  await create(rig, { name: 'mine' });
  await launched(rig, 1);
  for (const key of ['1', 'mine']) {
    for (const path of ['', '/state', '/log']) {
      expect((await get(rig, `/batches/${key}${path}`, bea)).body).toEqual({ msg: `Session '${key}' not found.` });
    }
    expect((await rig.call('DELETE', `/batches/${key}`, { as: bea })).status).toBe(404);
  }
  expect((await get(rig, '/batches', bea)).body.total).toBe(0);
  expect((await create(rig, { name: 'mine' }, { as: bea })).status).toBe(201);
  expect((await get(rig, '/batches', vic)).status).toBe(200);
  expect((await create(rig, {}, { as: vic })).status).toBe(403);
  expect((await rig.call('GET', '/batches', { as: null })).status).toBe(401);
  expect(rig.fake.batches.batch(1).alive).toBe(true);
});

test('a repeated request makes no second batch', async () => {
  await using rig = await rigWithFile();
  const key = 'a-key-of-a-client';
  const first = await create(rig, { name: 'once' }, { key });
  await launched(rig, 1);
  rig.state.environmentReady = false;
  const again = await create(rig, { name: 'once', file: '/gone.py' }, { key });
  expect([again.status, again.headers['location'], again.body.id]).toEqual([201, '/batches/1', first.body.id]);
  rig.state.environmentReady = true;
  const together = await Promise.all(Array.from({ length: 5 }, () => create(rig, {}, { key: 'another-key' })));
  expect(new Set(together.map((answer) => answer.body.id))).toEqual(new Set([2]));
  expect((await create(rig, {}, { key: 'short' })).status).toBe(400);
  // a deleted one frees its key
  await rig.call('DELETE', '/batches/1');
  expect((await create(rig, {}, { key })).body.id).toBe(3);
});
