import { writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { createExternalRig, type ExternalRig } from './testing/external-rig.ts';

async function program(rig: ExternalRig): Promise<string> {
  const file = `${rig.projectFolder}/job.py`;
  await writeFile(file, '');
  return file;
}

test('a batch runs there, under a number of ours', async () => {
  await using rig = await createExternalRig();
  const file = await program(rig);
  const made = await rig.call('POST', '/batches', {
    body: { file, args: [1, true, 'x'], name: 'nightly', conf: { 'executor.cores': 2 }, className: 'x.Y' },
  });
  expect([made.status, made.headers['location']]).toEqual([201, '/batches/1']);
  expect(Object.keys(made.body)).toEqual(['id', 'name', 'appId', 'owner', 'proxyUser', 'state', 'appInfo', 'log']);
  expect(made.body).toMatchObject({ id: 1, name: 'nightly', owner: 'ada@example.org', state: 'starting' });
  expect(rig.livy.asked.at(-1)).toMatchObject({
    path: '/batches',
    body: {
      file: `file://${file}`,
      args: ['1', 'true', 'x'],
      name: expect.stringMatching(/^emberlab-demo-1-/),
      conf: { 'spark.executor.cores': '2' },
    },
  });
  const there = rig.livy.state.batches[0];
  Object.assign(there ?? {}, { state: 'running', appId: 'application_1', log: ['stdout: ', 'hello'] });
  expect((await rig.call('GET', '/batches/1')).body).toMatchObject({
    id: 1,
    state: 'running',
    appId: 'application_1',
    log: ['stdout: ', 'hello'],
  });
  expect((await rig.call('GET', '/batches/nightly/state')).body).toEqual({ id: 1, state: 'running' });
  expect((await rig.call('GET', '/batches/1/log?from=0&size=10')).body).toEqual({
    id: 1,
    from: 0,
    total: 2,
    log: ['stdout: ', 'hello'],
  });
  expect((await rig.call('GET', '/batches')).body).toMatchObject({
    from: 0,
    total: 1,
    sessions: [{ id: 1, state: 'running' }],
  });
  // a session of the same number is another thing
  expect((await rig.call('GET', '/sessions/1')).status).toBe(404);

  Object.assign(there ?? {}, { state: 'success' });
  expect((await rig.call('GET', '/batches/1/state')).body.state).toBe('success');
  // Livy forgets it after a while; that it succeeded is not forgotten here.
  rig.livy.state.batches.length = 0;
  expect((await rig.call('GET', '/batches/1')).body).toMatchObject({ state: 'success', appId: 'application_1' });
  expect((await rig.call('GET', '/batches/1/log')).body.log).toEqual([
    'emberlab: The Livy of this project has no log of this any more.',
  ]);
  expect((await rig.call('DELETE', '/batches/1')).body).toEqual({ msg: 'deleted' });
  expect((await rig.call('GET', '/batches/1')).status).toBe(404);
});

test('what has ended is deleted there too, by its name: its number may be another’s by then', async () => {
  await using rig = await createExternalRig();
  await rig.call('POST', '/batches', { body: { file: await program(rig) } });
  const [ours] = rig.livy.state.batches;
  Object.assign(ours ?? {}, { state: 'success' });
  expect((await rig.call('GET', '/batches/1/state')).body.state).toBe('success');
  rig.livy.heard();
  expect((await rig.call('DELETE', '/batches/1')).status).toBe(200);
  expect(rig.livy.heard()).toEqual([`DELETE /batches/${ours?.name}`]);
  expect(rig.livy.state.batches).toEqual([]);
});

test('one that vanished before its end was seen has failed', async () => {
  await using rig = await createExternalRig();
  await rig.call('POST', '/batches', { body: { file: await program(rig) } });
  rig.livy.state.batches.length = 0;
  await rig.sessions.reconcile();
  expect((await rig.call('GET', '/batches/1/state')).body.state).toBe('dead');
});

test('what a refused request leaves on the Livy is removed there, and nothing of it is here', async () => {
  await using rig = await createExternalRig();
  const refused = await rig.call('POST', '/batches', { body: { file: 'hdfs:///refused.py' } });
  expect([refused.status, refused.body.msg]).toEqual([
    400,
    'requirement failed: Local path /refused cannot be added to user sessions.',
  ]);
  await rig.livy.until(({ method }) => method === 'DELETE');
  await expect.poll(() => rig.livy.state.batches).toEqual([]);
  expect((await rig.call('GET', '/batches')).body.total).toBe(0);
});

test.each([
  ['not_started', 'starting'],
  ['recovering', 'running'],
  ['idle', 'running'],
  ['error', 'error'],
  ['killed', 'killed'],
])('the state %s is told as %s, which clients of batches know', async (there, here) => {
  await using rig = await createExternalRig();
  await rig.call('POST', '/batches', { body: { file: await program(rig) } });
  Object.assign(rig.livy.state.batches[0] ?? {}, { state: there });
  expect((await rig.call('GET', '/batches/1/state')).body.state).toBe(here);
});

test('files are checked as for batches of our own', async () => {
  await using rig = await createExternalRig();
  for (const file of ['/etc/passwd.py', 'file:/etc/x.py', `${rig.projectFolder}/absent.py`]) {
    const { status, body } = await rig.call('POST', '/batches', { body: { file } });
    expect([status, body.msg]).toEqual([400, expect.stringMatching(/There is no file/)]);
  }
  expect((await rig.call('POST', '/batches', { body: {} })).body.msg).toMatch(/File is required/);
  expect(rig.livy.heard()).toEqual([]);
});

test('owners of the project list and stop everybody’s in the dashboard', async () => {
  await using rig = await createExternalRig();
  const bea = await rig.user('bea@example.org', 'editor');
  const cem = await rig.user('cem@example.org', 'editor');
  const file = await program(rig);
  await rig.call('POST', '/batches', { body: { file, name: 'hers' }, as: bea });
  expect((await rig.api('GET', '/batches')).body.items).toMatchObject([
    { id: 1, name: 'hers', file, state: 'starting', mine: false, owner: { email: 'bea@example.org' }, endedAt: null },
  ]);
  expect((await rig.api('GET', '/batches', bea)).body.items).toMatchObject([{ id: 1, mine: true }]);
  expect((await rig.api('GET', '/batches', cem)).body.items).toEqual([]);
  expect((await rig.api('DELETE', '/batches/1', cem)).status).toBe(404);
  const stopped = await rig.api('DELETE', '/batches/1');
  expect([stopped.status, stopped.body.state]).toEqual([202, 'shutting_down']);
  await rig.sessions.reconcile();
  expect(rig.livy.state.batches).toEqual([]);
  expect((await rig.call('GET', '/batches/1/state', { as: bea })).body).toEqual({ id: 1, state: 'killed' });
});
