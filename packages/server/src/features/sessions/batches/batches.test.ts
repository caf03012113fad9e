import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Batch, ProjectEvent } from '@emberlab/contract';
import { expect, test } from 'vitest';
import { createApi } from '../testing/api.ts';
import { createRig, type Rig, type TestUser } from '../testing/rig.ts';

const keys = ['id', 'name', 'owner', 'proxyUser', 'state', 'appId', 'appInfo', 'log'];

/** A rig with a program in its project. */
async function rigWithFile(options: Parameters<typeof createRig>[0] = {}) {
  const rig = await createRig(options);
  const file = join(rig.projectFolder, 'job.py');
  await writeFile(file, '');
  await writeFile(join(rig.projectFolder, 'job.jar'), '');
  return Object.assign(rig, { file });
}
type BatchRig = Awaited<ReturnType<typeof rigWithFile>>;

const create = (rig: BatchRig, body: Record<string, unknown> = {}, more: { as?: TestUser; key?: string } = {}) =>
  rig.call('POST', '/batches', {
    body: { file: rig.file, ...body },
    ...(more.as === undefined ? {} : { as: more.as }),
    ...(more.key === undefined ? {} : { headers: { 'idempotency-key': more.key } }),
  });

const get = (rig: Rig, path: string, as?: TestUser) => rig.call('GET', path, as === undefined ? {} : { as });
const stateOf = async (rig: Rig, id: number) => (await get(rig, `/batches/${id}/state`)).body.state;

/** Waits until the worker has started a batch and written that down. */
async function launched(rig: BatchRig, id: number) {
  await expect
    .poll(async () => {
      const row = await rig.db.selectFrom('batches').select('pid').where('id', '=', id).executeTakeFirst();
      return row?.pid ?? null;
    })
    .not.toBeNull();
  return rig.fake.batches.batch(id);
}

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
    expect([full.status, full.body]).toEqual([429, { msg: 'Rejected, too many sessions are being created!' }]);
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
  expect((await get(rig, '/batches?from=x')).body.msg).toBe('For input string: "x"');
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
    'Rejected, Reason: Duplicate session name: Some(nightly) for session 1',
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

test('a member who leaves takes their batches along', async () => {
  await using rig = await rigWithFile();
  await create(rig);
  await launched(rig, 1);
  await rig.sessions.part.stop({ projectId: rig.projectId, userId: rig.ada.id }, 'member');
  await expect.poll(() => stateOf(rig, 1)).toBe('killed');
  expect(rig.fake.batches.running()).toBe(0);
  expect((await get(rig, '/batches/1/log')).body.log.at(-1)).toBe(
    'emberlab: Its owner may not run anything in the project any more.',
  );
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

test('a batch that ended while control was away is found as it ended, and none is run twice', async () => {
  await using rig = await rigWithFile();
  for (let i = 0; i < 4; i++) await create(rig);
  const batches = await Promise.all([1, 2, 3, 4].map((id) => launched(rig, id)));
  await rig.app.close();
  await rig.sessions.close();
  batches[0]?.exit(0);
  batches[1]?.exit(3);
  batches[2]?.exit(null);
  // the launch of the last was cut off before it was written down, and it has ended since
  await rig.db.updateTable('batches').set({ pid: null, start_ticks: null }).where('id', '=', 4).execute();
  batches[3]?.exit(0);
  await rig.restart();
  await expect
    .poll(async () => (await get(rig, '/batches')).body.sessions.map((batch: { state: string }) => batch.state))
    .toEqual(['success', 'dead', 'dead', 'success']);
  expect((await get(rig, '/batches/3/log')).body.log.at(-1)).toBe(
    'emberlab: The Spark driver ended. Its log says more.',
  );
  expect(rig.fake.batches.launched).toHaveLength(4);
});

test('a deletion that was cut off goes on', async () => {
  await using rig = await rigWithFile();
  await create(rig);
  await launched(rig, 1);
  await rig.app.close();
  await rig.sessions.close();
  await rig.db.updateTable('batches').set({ state: 'shutting_down', stop_reason: 'deleted' }).execute();
  await rig.restart();
  await expect.poll(() => rig.fake.batches.running()).toBe(0);
});

test('what has ended stays listed for a day, and is forgotten with its log after a week', async () => {
  await using rig = await rigWithFile();
  await create(rig);
  (await launched(rig, 1)).exit(0);
  await expect.poll(() => stateOf(rig, 1)).toBe('success');
  rig.clock.advance(86_400_000 - 1);
  expect(await stateOf(rig, 1)).toBe('success');
  rig.clock.advance(1);
  expect((await get(rig, '/batches/1')).status).toBe(404);
  const rows = () => rig.db.selectFrom('batches').select('id').execute();
  await rig.reconcile();
  expect(await rows()).toHaveLength(1);
  rig.clock.advance(6 * 86_400_000);
  await rig.reconcile();
  expect(await rows()).toEqual([]);
  expect((await create(rig)).body.id).toBe(2);
});

test('the dashboard lists one’s own, for owners all, and stops them; the stream of events agrees', async () => {
  await using rig = await rigWithFile();
  await using api = await createApi(rig);
  const bea = await rig.user('bea@example.org', 'editor');
  const cem = await rig.user('cem@example.org', 'viewer');
  const told: ProjectEvent[] = [];
  rig.deps.bus.subscribe((change) => {
    const event = change.present({ userId: bea.id, role: 'editor' });
    if (event !== null) told.push(event);
  });
  await create(rig, { name: 'mine' });
  await create(rig, { name: 'hers' }, { as: bea });
  const names = async (as?: TestUser) =>
    (await api.call('GET', '/batches', as)).body.items.map((batch: Batch) => [batch.name, batch.mine]);
  expect(await names()).toEqual([
    ['hers', false],
    ['mine', true],
  ]);
  expect(await names(bea)).toEqual([['hers', true]]);
  expect(await names(cem)).toEqual([]);
  for (const path of ['/batches/1', '/batches/1/log']) expect((await api.call('GET', path, bea)).status).toBe(404);
  expect((await api.call('DELETE', '/batches/1', bea)).status).toBe(404);
  // viewers stop nothing
  expect((await api.call('DELETE', '/batches/2', cem)).status).toBe(403);
  await launched(rig, 2);
  const stopped = await api.call('DELETE', '/batches/2');
  expect([stopped.status, stopped.body]).toEqual([202, expect.objectContaining({ id: 2, state: 'shutting_down' })]);
  await expect
    .poll(async () => (await api.call('GET', '/batches/2', bea)).body)
    .toMatchObject({ state: 'killed', problem: null, owner: { email: bea.email }, file: rig.file, external: null });
  // its client finds it still, as it ended
  expect((await get(rig, '/batches/2', bea)).body.state).toBe('killed');
  expect(told.map((event) => event.type === 'batch' && [event.batch.id, event.batch.state])).toEqual(
    expect.arrayContaining([
      [2, 'starting'],
      [2, 'shutting_down'],
      [2, 'killed'],
    ]),
  );
  expect(told.every((event) => event.type === 'batch' && event.batch.id === 2)).toBe(true);
  const [, batches] = await rig.sessions.snapshot(rig.projectId, { userId: bea.id, role: 'editor' });
  expect(batches).toMatchObject({ type: 'batches', batches: [{ id: 2, mine: true }] });
});

test('the dashboard reads the log of a batch', async () => {
  await using rig = await rigWithFile();
  await using api = await createApi(rig);
  await create(rig);
  const batch = await launched(rig, 1);
  await writeFile(rig.deps.engine.batches.logs(1).stdout, 'counted 7\n');
  batch.exit(0);
  await expect.poll(() => stateOf(rig, 1)).toBe('success');
  const log = await api.call('GET', '/batches/1/log?follow=1');
  expect([log.status, log.headers['content-type'], log.text]).toEqual([
    200,
    'text/plain; charset=utf-8',
    'counted 7\n',
  ]);
});

test('its event log is kept within bounds while it runs and at its end', async () => {
  await using rig = await rigWithFile();
  const looked: boolean[] = [];
  const { engine } = rig.fake.batches.eventLogs;
  engine.limit = async (id, { ended }) => {
    expect(id).toBe(1);
    looked.push(ended);
    return 'kept';
  };
  await create(rig);
  const batch = await launched(rig, 1);
  await rig.reconcile();
  await rig.pass(60_000);
  expect(looked).toEqual([false]);
  batch.exit(0);
  await expect.poll(() => stateOf(rig, 1)).toBe('success');
  expect(looked).toEqual([false, true]);
});
