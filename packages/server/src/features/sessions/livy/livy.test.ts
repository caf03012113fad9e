import { writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { createRig } from '../testing/rig.ts';

const sessionKeys = [
  'id',
  'name',
  'appId',
  'owner',
  'proxyUser',
  'state',
  'kind',
  'appInfo',
  'log',
  'ttl',
  'idleTimeout',
  'driverMemory',
  'driverCores',
  'executorMemory',
  'executorCores',
  'conf',
  'archives',
  'files',
  'heartbeatTimeoutInSecond',
  'jars',
  'numExecutors',
  'pyFiles',
  'queue',
];

test('the version is one that clients accept, and needs no login', async () => {
  await using rig = await createRig();
  const { status, body } = await rig.call('GET', '/version', { as: null });
  expect(status).toBe(200);
  expect(Object.keys(body).toSorted()).toEqual(['branch', 'date', 'revision', 'url', 'user', 'version']);
  // Clients compare it as a string, so 0.10 would be older than 0.5.
  expect(body.version >= '0.5.0' && !body.version.startsWith('0.10')).toBe(true);
});

test('an empty list, also with a trailing slash, and its paging', async () => {
  await using rig = await createRig();
  const empty = { from: 0, total: 0, sessions: [] };
  expect((await rig.call('GET', '/sessions')).body).toEqual(empty);
  expect((await rig.call('GET', '/sessions/')).body).toEqual(empty);
  const bad = await rig.call('GET', '/sessions?from=x');
  expect(bad.status).toBe(400);
  expect(bad.body).toEqual({ msg: 'For input string: "x". Please write a whole number as "from".' });
  for (let i = 0; i < 3; i++) await rig.call('POST', '/sessions', { body: { kind: 'pyspark' } });
  const page = await rig.call('GET', '/sessions?from=1&size=1');
  expect(page.body).toMatchObject({ from: 1, total: 3 });
  expect(page.body.sessions.map((session: { id: number }) => session.id)).toEqual([2]);
});

test('methods, unknown paths, and versions of the API', async () => {
  await using rig = await createRig();
  const put = await rig.call('PUT', '/sessions');
  expect([put.status, put.body]).toEqual([405, { msg: 'PUT is not taken here. Please use GET, POST or DELETE.' }]);
  expect(await rig.call('GET', '/nonsense?x')).toMatchObject({
    status: 404,
    body: { msg: expect.stringMatching(/^There is nothing at \/livy\/demo\/nonsense\. Sessions are at /) as string },
  });
  expect((await rig.call('GET', '/sessions', { headers: { accept: 'application/vnd.livy.v0.1+json' } })).status).toBe(
    200,
  );
  const old = await rig.call('GET', '/sessions', { headers: { accept: 'application/vnd.livy.v9.9+json' } });
  expect([old.status, old.body]).toEqual([406, { msg: "No value found for '9.9'" }]);
  const any = await rig.call('GET', '/sessions', { headers: { accept: '*/*' } });
  expect(any.headers['content-type']).toBe('application/json;charset=utf-8');
});

test('sessions that are not there', async () => {
  await using rig = await createRig();
  expect(await rig.call('GET', '/sessions/99')).toMatchObject({
    status: 404,
    body: { msg: "Session '99' not found." },
  });
  expect(await rig.call('GET', '/sessions/nope')).toMatchObject({
    status: 404,
    body: { msg: "Session 'nope' not found." },
  });
  expect((await rig.call('GET', '/sessions/99999999999')).status).toBe(400);
  expect((await rig.call('DELETE', '/sessions/99')).status).toBe(404);
});

test('a new session has exactly the keys of Livy, and a bare path as its location', async () => {
  await using rig = await createRig();
  const created = await rig.call('POST', '/sessions', {
    body: { kind: 'python', conf: { a: 1, b: true }, driverCores: '1' },
  });
  expect(created.status).toBe(201);
  expect(created.headers['location']).toBe('/sessions/1');
  expect(Object.keys(created.body)).toEqual(sessionKeys);
  expect(created.body).toMatchObject({
    id: 1,
    state: 'starting',
    kind: 'pyspark',
    owner: 'ada@example.org',
    proxyUser: 'ada@example.org',
    conf: { a: '1', b: 'true' },
    driverCores: 1,
    appInfo: { driverLogUrl: null, sparkUiUrl: null, executorLogUrls: null },
  });
  const { spec } = await rig.driver(1);
  expect(spec).toMatchObject({
    appName: 'emberlab-1',
    properties: { 'spark.a': '1', 'spark.b': 'true', 'spark.driver.cores': '1' },
  });
});

test('a session is of the kind that its client names, in the word that Livy answers; without one it is shared', async () => {
  await using rig = await createRig();
  const written = ['pyspark', 'python', 'spark', 'scala', 'sparkr', 'r', 'sql', 'shared', null, undefined];
  const kinds = ['pyspark', 'pyspark', 'spark', 'spark', 'sparkr', 'sparkr', 'sql', 'shared', 'shared', 'shared'];
  for (const [i, kind] of written.entries()) {
    const { status, body } = await rig.call('POST', '/sessions', { body: { kind } });
    expect([status, body.kind]).toEqual([201, kinds[i]]);
    // what the driver is told to have warm
    expect((await rig.driver(body.id)).spec.kind).toBe(kinds[i]);
  }
  const list = await rig.call('GET', '/sessions');
  expect(list.body.sessions.map((session: { kind: string }) => session.kind)).toEqual(kinds);
});

test('bodies are JSON whatever their type says', async () => {
  await using rig = await createRig();
  for (const type of ['', 'text/plain', 'application/octet-stream', 'nonsense;;;']) {
    const headers: Record<string, string> = type === '' ? {} : { 'content-type': type };
    const made = await rig.call('POST', '/sessions', {
      raw: '{"kind":"pyspark"}',
      headers: { ...headers, 'content-encoding': 'UTF-8' },
    });
    expect([type, made.status]).toEqual([type, 201]);
  }
});

test('bodies are small, but for code, and that may be one long text', async () => {
  await using rig = await createRig();
  const { body: session } = await rig.call('POST', '/sessions', { body: { kind: 'pyspark' } });
  const large = JSON.stringify({ code: `"${'{},'.repeat(700_000)}"` });
  const many = `{"code":"1","kind":[${'{},'.repeat(700_000)}0]}`;
  const post = (path: string, raw: string) => rig.call('POST', path, { raw });
  expect((await post('/sessions', large)).status).toBe(413);
  expect((await post(`/sessions/${session.id}/stop`, many)).status).toBe(413);
  expect((await post(`/sessions/${session.id}/statements`, many)).status).toBe(413);
  // It is read; the session still starts.
  expect((await post(`/sessions/${session.id}/statements`, large)).status).toBe(409);
});

test('names', async () => {
  await using rig = await createRig();
  const post = () => rig.call('POST', '/sessions', { body: { kind: 'pyspark', name: 'a1' } });
  expect((await post()).status).toBe(201);
  const again = await post();
  expect(again).toMatchObject({
    status: 400,
    body: {
      msg: expect.stringMatching(
        /^Rejected, Reason: Duplicate session name: Some\(a1\) for session 1\. .*take another name\.$/,
      ) as string,
    },
  });
  expect((await rig.call('GET', '/sessions/a1/state')).body).toEqual({ id: 1, state: 'starting' });
  await rig.driver(1);
  expect(rig.fake.launched).toHaveLength(1);
  // The name of a dead one is free at once, and means the live one from then on.
  rig.fake.driver(1).exit({ code: 1 });
  await rig.until((session) => session.id === 1 && session.state === 'dead');
  expect((await rig.call('GET', '/sessions/a1/state')).body).toEqual({ id: 1, state: 'dead' });
  expect((await post()).status).toBe(201);
  expect((await rig.call('GET', '/sessions/a1/state')).body).toEqual({ id: 2, state: 'starting' });
});

test('too many starts at once are refused with the words that clients know', async () => {
  await using rig = await createRig({ limits: { startingDrivers: 1 } });
  const first = await rig.idle();
  expect((await rig.call('POST', '/sessions', { body: { kind: 'pyspark' } })).status).toBe(201);
  const refused = await rig.call('POST', '/sessions', { body: { kind: 'pyspark' } });
  expect([refused.status, refused.body]).toEqual([
    429,
    {
      msg: 'Rejected, too many sessions are being created!',
      hint: expect.stringMatching(
        /^At most 1 Spark drivers may be starting .* Please wait until one of yours is ready/,
      ),
    },
  ]);
  expect(first.id).toBe(1);
});

test('one user gets half of the places for starts at most', async () => {
  await using rig = await createRig({ limits: { startingDrivers: 4 } });
  const bea = await rig.user('bea@example.org', 'editor');
  const post = async (as: typeof bea) =>
    (await rig.call('POST', '/sessions', { body: { kind: 'pyspark' }, as })).status;
  expect([await post(rig.ada), await post(rig.ada), await post(rig.ada)]).toEqual([201, 201, 429]);
  expect([await post(bea), await post(bea), await post(bea)]).toEqual([201, 201, 429]);
});

test('without an environment there is no session', async () => {
  await using rig = await createRig();
  rig.state.environmentReady = false;
  const refused = await rig.call('POST', '/sessions', { body: { kind: 'pyspark' } });
  expect(refused.status).toBe(409);
  expect(refused.body.msg).toMatch(/environment is not ready/);
  expect((await rig.call('GET', '/sessions')).body.total).toBe(0);
});

test('the notebook names the application', async () => {
  await using rig = await createRig();
  const post = (header: string) =>
    rig.call('POST', '/sessions', { body: { kind: 'pyspark', name: 'n' }, headers: { 'emberlab-notebook': header } });
  for (const bad of ['/etc/x.ipynb', '..%2fx.ipynb', 'a%0ab', '%ff', 'x'.repeat(1001)]) {
    expect([bad, (await post(bad)).status]).toEqual([bad, 400]);
  }
  expect((await post('Reports/%C4%8Da%C5%A1a.ipynb')).status).toBe(201);
  expect((await rig.driver(1)).spec.appName).toBe('Reports/čaša.ipynb');
});

test('log pages go over the whole files, with headings', async () => {
  await using rig = await createRig();
  const { id } = await rig.idle();
  const files = rig.deps.engine.logs(id);
  const log = async (query: string) => (await rig.call('GET', `/sessions/${id}/log${query}`)).body;
  expect(await log('')).toEqual({ id, from: 0, total: 2, log: ['stdout: ', '\nstderr: '] });
  await writeFile(files.stdout, 'o1\no2\n');
  await writeFile(files.stderr, Array.from({ length: 300 }, (_, i) => `e${i}\n`).join(''));
  expect(await log('?from=0&size=5')).toEqual({
    id,
    from: 0,
    total: 304,
    log: ['stdout: ', 'o1', 'o2', '\nstderr: ', 'e0'],
  });
  expect((await log('?size=-1')).log).toHaveLength(304);
  const tail = await log('');
  expect([tail.from, tail.log.length, tail.log.at(-1)]).toEqual([204, 100, 'e299']);
  expect((await log('?from=0')).log).toHaveLength(100);
  expect(await log('?from=300&size=100')).toMatchObject({ from: 300, log: ['e296', 'e297', 'e298', 'e299'] });
  expect((await log('?from=1000')).log).toEqual([]);
  expect((await rig.call('GET', `/sessions/${id}`)).body.log).toEqual(
    Array.from({ length: 10 }, (_, i) => `e${290 + i}`),
  );
});

test('what a running session links to', async () => {
  await using rig = await createRig();
  const { id } = await rig.idle();
  const { body } = await rig.call('GET', `/sessions/${id}`);
  expect(body).toMatchObject({
    appId: 'local-1',
    appInfo: {
      sparkUiUrl: 'http://localhost:8080/projects/demo/applications/1/ui',
      driverLogUrl: 'http://localhost:8080/projects/demo/applications/1/log',
    },
  });
  expect((await rig.call('POST', `/sessions/${id}/connect`)).body.id).toBe(id);
});
