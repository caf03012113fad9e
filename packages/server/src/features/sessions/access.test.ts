import { expect, test } from 'vitest';
import { createRig } from './testing/rig.ts';

test('what is somebody else’s is not there, on any route', async () => {
  await using rig = await createRig();
  const bea = await rig.user('bea@example.org', 'owner');
  const { id } = await rig.idle({ name: 'mine' });
  await rig.call('POST', `/sessions/${id}/statements`, { body: { code: 'x' } });
  expect((await rig.call('GET', '/sessions', { as: bea })).body).toEqual({ from: 0, total: 0, sessions: [] });
  for (const key of [id, 'mine']) {
    for (const [method, path, body] of [
      ['GET', ''],
      ['GET', '/state'],
      ['GET', '/log'],
      ['DELETE', ''],
      ['POST', '/stop'],
      ['POST', '/interrupt'],
      ['POST', '/connect'],
      ['GET', '/statements'],
      ['POST', '/statements', { code: '1' }],
      ['GET', '/statements/0'],
      ['POST', '/statements/0/cancel'],
    ] as const) {
      const { status, body: answer } = await rig.call(method, `/sessions/${key}${path}`, { as: bea, body });
      expect([method, path, status]).toEqual([method, path, 404]);
      expect(answer.msg).toBe(`Session '${key}' not found.`);
    }
  }
  expect((await rig.call('GET', `/sessions/${id}/state`)).body.state).toBe('busy');
  // the same name is free to her
  expect((await rig.call('POST', '/sessions', { as: bea, body: { kind: 'pyspark', name: 'mine' } })).status).toBe(201);
});

test('tokens and roles', async () => {
  await using rig = await createRig();
  const viewer = await rig.user('vic@example.org', 'viewer');
  const stranger = await rig.user('sam@example.org', null);
  const body = { kind: 'pyspark' };
  const nobody = await rig.call('GET', '/sessions', { as: null });
  expect([nobody.status, nobody.headers['www-authenticate']]).toEqual([401, 'Basic realm="Emberlab"']);
  expect((await rig.call('GET', '/sessions', { as: { ...viewer, email: 'wrong' } })).status).toBe(401);
  expect((await rig.call('GET', '/sessions', { as: stranger })).status).toBe(404);
  expect((await rig.call('POST', '/sessions', { as: stranger, body })).status).toBe(404);
  expect((await rig.call('GET', '/sessions', { as: viewer })).status).toBe(200);
  expect((await rig.call('POST', '/sessions', { as: viewer, body })).status).toBe(403);
  const token = (projectId: string) => ({ ...rig.ada, email: `ada@example.org@project:${projectId}` });
  expect((await rig.call('GET', '/sessions', { as: token(rig.projectId) })).status).toBe(200);
  expect((await rig.call('GET', '/sessions', { as: token('another') })).status).toBe(404);
});

test('nobody acts for another', async () => {
  await using rig = await createRig();
  const post = (proxyUser: string, query = '') =>
    rig.call('POST', `/sessions${query}`, { body: { kind: 'pyspark', proxyUser } });
  expect((await post('bea@example.org')).status).toBe(403);
  expect((await post('', '?doAs=bea')).status).toBe(403);
  expect((await rig.call('GET', '/sessions?doAs=bea')).status).toBe(403);
  expect((await post('')).status).toBe(201);
  expect((await post('Ada@example.org')).status).toBe(201);
});
