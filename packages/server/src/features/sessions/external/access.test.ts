import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import type { TestUser } from '../testing/rig.ts';
import { createExternalRig } from './testing/external-rig.ts';
import { batchRoutes } from './batch-routes.ts';
import type { RouteParts } from './route-parts.ts';
import { sessionRoutes } from './session-routes.ts';

/** A body that each route takes. */
const bodies: Readonly<Record<string, object>> = {
  'POST /statements': { code: '1' },
  'POST /completion': { code: '1' },
  'POST /add-jar': { uri: 'hdfs:///a.jar' },
  'POST /add-pyfile': { uri: 'hdfs:///a.py' },
  'POST /add-file': { uri: 'hdfs:///a' },
};
const split = (route: string) => route.split(' ') as ['GET' | 'POST' | 'DELETE', string];

test.each(['sessions', 'batches'] as const)(
  '%s of somebody else are not there, on any route, for anybody',
  async (word) => {
    await using rig = await createExternalRig();
    const bea = await rig.user('bea@example.org', 'editor');
    const others = {
      'an owner of the project': rig.ada,
      'another member': await rig.user('cem@example.org', 'editor'),
      'a viewer': await rig.user('vic@example.org', 'viewer'),
      'a member of another project': await rig.user('sam@example.org', null),
      'nobody at all': null,
    };
    await writeFile(`${rig.projectFolder}/job.py`, '');
    const body =
      word === 'sessions' ? { kind: 'pyspark', name: 'hers' } : { file: `${rig.projectFolder}/job.py`, name: 'hers' };
    const { id } = (await rig.call('POST', `/${word}`, { body, as: bea })).body;
    const table = word === 'sessions' ? sessionRoutes({} as RouteParts) : batchRoutes({} as RouteParts);
    const routes = Object.keys(table);
    expect(routes.length).toBeGreaterThan(3);
    rig.livy.heard();
    for (const [who, as] of Object.entries(others)) {
      for (const key of [String(id), 'hers']) {
        for (const route of routes) {
          const [method, path] = split(route);
          const request = { as, body: bodies[route] };
          const below = path.replace(':statement', '0');
          const got = await rig.call(method, `/${word}/${key}${below}`, request);
          // exactly what is answered for one that never was
          const other = key === 'hers' ? 'none' : '999';
          const absent = await rig.call(method, `/${word}/${other}${below}`, request);
          expect([who, route, got.status, String(got.body.msg).replace(key, other)]).toEqual([
            who,
            route,
            absent.status,
            absent.body.msg,
          ]);
          const reads = method === 'GET';
          expect([who, route, got.status]).toEqual([
            who,
            route,
            as === null ? 401 : who === 'a viewer' && !reads ? 403 : 404,
          ]);
        }
      }
      const list = await rig.call('GET', `/${word}`, { as });
      expect([who, list.body.sessions ?? []]).toEqual([who, []]);
    }
    // the Livy has not been asked once
    expect(rig.livy.heard()).toEqual([]);
    expect((await rig.call('GET', `/${word}/${id}/state`, { as: bea })).status).toBe(200);
  },
);

test('the dashboard: members see their own, owners all, others nothing', async () => {
  await using rig = await createExternalRig();
  const bea = await rig.user('bea@example.org', 'editor');
  const cem = await rig.user('cem@example.org', 'editor');
  const vic = await rig.user('vic@example.org', 'viewer');
  const sam = await rig.user('sam@example.org', null);
  const { id, there } = await rig.idle(bea);
  there.appInfo = { sparkUiUrl: 'https://yarn/proxy/1', driverLogUrl: 'data:text/html,x' };
  await rig.call('GET', `/sessions/${id}`, { as: bea });
  const shown = {
    id,
    kind: 'pyspark',
    state: 'idle',
    uiAvailable: false,
    external: { livy: rig.livy.host, sparkUiUrl: 'https://yarn/proxy/1', driverLogUrl: null },
  };
  const list = async (as: TestUser) => (await rig.api('GET', '/sessions', as)).body.items;
  expect(await list(rig.ada)).toMatchObject([{ ...shown, mine: false }]);
  expect(await list(bea)).toMatchObject([{ ...shown, mine: true }]);
  expect(await list(cem)).toEqual([]);
  expect(await rig.sessions.snapshot(rig.projectId, { userId: cem.id, role: 'editor' })).toEqual([
    { type: 'sessions', sessions: [] },
    { type: 'batches', batches: [] },
  ]);
  expect((await rig.sessions.countLive([rig.projectId])).get(rig.projectId)).toBe(1);
  for (const path of [`/sessions/${id}`, `/sessions/${id}/log`]) {
    for (const as of [cem, vic, sam])
      expect([path, as.email, (await rig.api('GET', path, as)).status]).toEqual([path, as.email, 404]);
  }
  const asked = rig.livy.heard().length;
  expect((await rig.api('DELETE', `/sessions/${id}`, cem)).status).toBe(404);
  expect((await rig.api('DELETE', `/sessions/${id}`, vic)).status).toBe(403);
  expect((await rig.api('POST', `/sessions/${id}/ui`, cem)).status).toBe(404);
  expect((await rig.api('POST', `/sessions/${id}/ui`, bea)).body.message).toMatch(/not reached through Emberlab/);
  expect(asked).toBeGreaterThan(0);
  expect(rig.livy.heard()).toEqual([]);

  expect((await rig.api('DELETE', `/sessions/${id}`, rig.ada)).body).toMatchObject({ id, state: 'shutting_down' });
  await rig.sessions.reconcile();
  expect(rig.livy.state.sessions).toEqual([]);
  expect((await rig.call('GET', `/sessions/${id}/state`, { as: bea })).body.state).toBe('dead');
  expect(rig.changes.at(-1)).toMatchObject({ id, state: 'dead', problem: null, external: shown.external });
});

test('a right that ends, ends at once; what ran for it is ended', async () => {
  await using rig = await createExternalRig();
  const bea = await rig.user('bea@example.org', 'editor');
  const { id } = await rig.idle(bea);
  await rig.db.deleteFrom('members').where('user_id', '=', bea.id).execute();
  expect((await rig.call('GET', `/sessions/${id}`, { as: bea })).body.msg).toBe("Project 'demo' not found.");
  await rig.sessions.part.stop({ projectId: rig.projectId, userId: bea.id }, 'member');
  await rig.sessions.reconcile();
  expect(rig.livy.state.sessions).toEqual([]);
  expect((await rig.api('GET', `/sessions/${id}`)).body).toMatchObject({
    state: 'dead',
    problem: 'Its owner may not run anything in the project any more.',
  });
});

test('nobody acts for another', async () => {
  await using rig = await createExternalRig();
  const post = (path: string, proxyUser?: string) => rig.call('POST', path, { body: { kind: 'pyspark', proxyUser } });
  expect((await post('/sessions', 'bea')).status).toBe(403);
  expect((await post('/sessions?doAs=bea')).status).toBe(403);
  const batch = { file: 'hdfs:///a.py', proxyUser: 'bea' };
  expect((await rig.call('POST', '/batches', { body: batch })).status).toBe(403);
  expect(rig.livy.heard()).toEqual([]);
  expect((await post('/sessions?doAs=ada@example.org', 'Ada@Example.org')).status).toBe(201);
  expect(rig.livy.heard()).toEqual(['POST /sessions']);
});

test('files are not handed in for a session that runs elsewhere, and none is kept', async () => {
  await using rig = await createExternalRig();
  const { id } = await rig.idle();
  rig.livy.heard();
  const raw = '--b\r\ncontent-disposition: form-data; name="file"; filename="a.txt"\r\n\r\nx\r\n--b--\r\n';
  const headers = { 'content-type': 'multipart/form-data; boundary=b' };
  for (const word of ['jar', 'pyfile', 'file']) {
    const refused = await rig.call('POST', `/sessions/${id}/upload-${word}`, { raw, headers });
    expect([word, refused.status, refused.body.msg]).toEqual([
      word,
      404,
      expect.stringContaining("the project's own Livy"),
    ]);
  }
  expect(rig.livy.heard()).toEqual([]);
  expect(existsSync(rig.deps.config.paths.uploads)).toBe(false);
});
