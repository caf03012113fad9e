import Fastify from 'fastify';
import { expect, test } from 'vitest';
import { createSessions } from './index.ts';
import { createRig, type TestUser } from './testing/rig.ts';

/** Every route of Livy below a session, with a body that it takes. */
const routes = [
  ['GET', ''],
  ['GET', '/state'],
  ['GET', '/log'],
  ['DELETE', ''],
  ['POST', '/stop'],
  ['POST', '/interrupt'],
  ['POST', '/connect'],
  ['GET', '/statements'],
  ['POST', '/statements', { code: '1' }],
  ['GET', '/statements/:statement'],
  ['GET', '/statements/:statement/output'],
  ['GET', '/statements/:statement/arrow'],
  ['POST', '/statements/:statement/cancel'],
  ['POST', '/completion', { code: '1' }],
  ['POST', '/inspection', { code: '1' }],
  ['GET', '/variables'],
  ['POST', '/add-jar', { uri: 'hdfs://a/b.jar' }],
  ['POST', '/add-pyfile', { uri: 'hdfs://a/b.py' }],
  ['POST', '/add-file', { uri: 'hdfs://a/b' }],
  ['POST', '/upload-jar'],
  ['POST', '/upload-pyfile'],
  ['POST', '/upload-file'],
] as const;

test('the list of routes in these tests is whole', async () => {
  await using rig = await createRig();
  const app = Fastify();
  const found = new Set<string>();
  app.addHook('onRoute', ({ method, url }) => {
    const path = /^\/livy\/:project\/sessions\/:id(.*?)\/?$/.exec(url)?.[1];
    for (const one of [method].flat()) if (path !== undefined && one !== 'HEAD') found.add(`${one} ${path}`);
  });
  createSessions(rig.deps).registerLivy(app);
  await app.ready();
  expect([...found].toSorted()).toEqual(routes.map(([method, path]) => `${method} ${path}`).toSorted());
  await app.close();
});

test('what is somebody else’s is not there, on any route, for anybody', async () => {
  await using rig = await createRig();
  const bea = await rig.user('bea@example.org', 'editor');
  const others = {
    'an owner of the project': rig.ada,
    'another member': await rig.user('cem@example.org', 'editor'),
    'a viewer': await rig.user('vic@example.org', 'viewer'),
    'a member of another project': await rig.user('sam@example.org', null),
    'nobody at all': null,
  };
  const { id, agent } = await rig.idle({ name: 'hers' }, bea);
  await rig.call('POST', `/sessions/${id}/statements`, { as: bea, body: { code: 'x' } });
  await agent.heard('run');
  const answers = async (as: TestUser | null, key: string | number) =>
    Promise.all(
      routes.map(async ([method, path, body]) => {
        const url = `/sessions/${key}${path.replace(':statement', '0')}`;
        const answer = await rig.call(method, url, { as, body });
        return [method, path, answer.status, answer.body.msg];
      }),
    );
  for (const [who, as] of Object.entries(others)) {
    for (const key of [id, 'hers']) {
      const got = await answers(as, key);
      // exactly what is answered for a session that never was
      const absent = await answers(as, key === id ? 999 : 'none');
      const other = key === id ? '999' : 'none';
      expect([who, got.map(([m, p, status, msg]) => [m, p, status, String(msg).replace(String(key), other)])]).toEqual([
        who,
        absent,
      ]);
      const statuses = new Set(got.map(([, , status]) => status));
      const expected = as === null ? [401] : who === 'a viewer' ? [404, 403] : [404];
      expect([who, statuses]).toEqual([who, new Set(expected)]);
    }
    const list = await rig.call('GET', '/sessions', { as });
    expect([who, list.body.sessions ?? []]).toEqual([who, []]);
  }
  // nothing of it has done anything
  expect(agent.received.map(({ type }) => type)).toEqual(['run']);
  expect((await rig.call('GET', `/sessions/${id}/state`, { as: bea })).body.state).toBe('busy');
  // the same name is free to the others
  expect((await rig.call('POST', '/sessions', { body: { kind: 'pyspark', name: 'hers' } })).status).toBe(201);
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

test('with the setting, all but reads need X-Requested-By, whatever it says', async () => {
  await using rig = await createRig({ requestedBy: true });
  const body = { kind: 'pyspark' };
  const refused = await rig.call('POST', '/sessions', { body });
  expect(refused).toMatchObject({
    status: 400,
    body: { msg: expect.stringMatching(/^Missing Required Header for CSRF protection\. .*X-Requested-By/) as string },
  });
  expect((await rig.call('DELETE', '/sessions/1')).status).toBe(400);
  expect((await rig.call('GET', '/sessions')).body.total).toBe(0);
  expect((await rig.call('POST', '/sessions', { body, headers: { 'x-requested-by': 'me' } })).status).toBe(201);
});

test('who is let in no more while a body comes slowly has no session made', async () => {
  await using rig = await createRig({ limits: { slowBodyMs: 0 } });
  const url = await rig.app.listen({ host: '127.0.0.1', port: 0 });
  const { findMembership } = rig.deps;
  const asked = Promise.withResolvers<void>();
  let isMember = true;
  Object.assign(rig.deps, {
    findMembership: async (...args: Parameters<typeof findMembership>) => {
      const found = isMember ? await findMembership(...args) : null;
      asked.resolve();
      return found;
    },
  });
  const text = Buffer.from('{"kind":"pyspark"}');
  const body = new ReadableStream<Uint8Array>({
    async start(controller) {
      controller.enqueue(text.subarray(0, 5));
      await asked.promise;
      isMember = false;
      controller.enqueue(text.subarray(5));
      controller.close();
    },
  });
  const headers = { authorization: `Bearer ${rig.ada.email}` };
  const answer = await fetch(`${url}/livy/demo/sessions`, { method: 'POST', headers, body, duplex: 'half' });
  expect(answer.status).toBe(404);
  expect(await rig.db.selectFrom('sessions').selectAll().execute()).toEqual([]);
});

test('a token that may only read looks at everything that is its user’s, and runs and changes nothing', async () => {
  await using rig = await createRig();
  const { id, agent } = await rig.idle({ name: 'mine' });
  await rig.call('POST', `/sessions/${id}/statements`, { body: { code: 'x' } });
  await agent.heard('run');
  // A busy session's answers wait for a change.
  agent.answer(0, '1', 5000);
  await agent.heard('ack');
  const reader = { ...rig.ada, email: `${rig.ada.email}@reads` };
  for (const [method, path, body] of routes) {
    if (method === 'GET' && (path.includes(':statement') || path === '/variables')) continue; // held until something is there
    const url = `/sessions/${id}${path.replace(':statement', '0')}`;
    const { status } = await rig.call(method, url, { as: reader, ...(body === undefined ? {} : { body }) });
    expect({ method, path, status }).toEqual({ method, path, status: method === 'GET' ? 200 : 403 });
  }
  for (const path of ['/sessions', '/batches']) {
    expect((await rig.call('POST', path, { as: reader, body: { kind: 'sql', file: 'x.py' } })).status).toBe(403);
  }
});
