import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { createExternalRig } from './testing/external-rig.ts';
import { fakeLivy } from './testing/fake-livy.ts';

const none = { type: 'none' };
const basic = (password?: string) => ({
  type: 'basic',
  user: 'ember',
  ...(password === undefined ? {} : { password }),
});
const header = `Basic ${Buffer.from('ember:päss word').toString('base64')}`;

test('owners set a Livy, and its password never comes out again', async () => {
  await using rig = await createExternalRig({ unset: true, login: header });
  expect((await rig.api('GET', '/livy')).body).toEqual({ server: null, allowed: [], mayChooseAny: true });
  const set = await rig.api('PUT', '/livy', rig.ada, {
    url: `${rig.livy.url}/`,
    login: basic('päss word'),
    runAs: 'name',
  });
  expect(set.body).toEqual({
    server: { url: rig.livy.url, login: 'basic', user: 'ember', runAs: 'name', changedAt: expect.any(String) },
    allowed: [],
    mayChooseAny: true,
  });
  const [row] = await rig.db.selectFrom('livy_servers').selectAll().execute();
  expect(JSON.stringify(row)).not.toContain('word');
  const key = readFileSync(rig.deps.config.paths.secretsKey);
  expect(key).toHaveLength(32);
  // it is used all the same
  expect((await rig.call('POST', '/sessions', { body: { kind: 'pyspark' } })).status).toBe(201);
  expect(rig.livy.asked.at(-1)?.headers.authorization).toBe(header);
  const got = await rig.api('GET', '/livy');
  expect(got.text).not.toContain('word');
  expect((await rig.api('DELETE', '/livy')).body.server).toBeNull();
  expect((await rig.call('POST', '/sessions', { body: { kind: 'pyspark' } })).body.id).toBe(2);
  expect(rig.livy.state.sessions).toHaveLength(1);
});

test('a bearer token', async () => {
  await using rig = await createExternalRig({ login: 'Bearer tok' });
  await rig.use(rig.livy.url, { login: { type: 'bearer', token: 'tok' } });
  expect((await rig.call('POST', '/sessions', { body: { kind: 'pyspark' } })).status).toBe(201);
});

test('the stored password goes nowhere but where it was entered for', async () => {
  await using rig = await createExternalRig({ unset: true, login: header });
  await using thief = await fakeLivy();
  const put = (body: object) => rig.api('PUT', '/livy', rig.ada, body);
  await put({ url: rig.livy.url, login: basic('päss word') });
  // the same address and user: it is kept
  expect((await put({ url: rig.livy.url, login: basic(), runAs: 'email' })).status).toBe(200);
  expect((await rig.api('POST', '/livy/test', rig.ada, { url: rig.livy.url, login: basic() })).body.works).toBe(true);
  for (const body of [
    { url: thief.url, login: basic() },
    { url: `${rig.livy.url}/elsewhere`, login: basic() },
    { url: rig.livy.url, login: { ...basic(), user: 'other' } },
    { url: rig.livy.url, login: { type: 'bearer' } },
  ]) {
    for (const answer of [await put(body), await rig.api('POST', '/livy/test', rig.ada, body)]) {
      const field = body.login.type === 'bearer' ? 'token' : 'password';
      expect([answer.status, answer.body.details]).toEqual([
        400,
        [
          {
            path: `login.${field}`,
            message: `Please enter the ${field}. The stored one is for the former address and login only.`,
          },
        ],
      ]);
    }
  }
  expect(thief.heard()).toEqual([]);
  // Without a login it is forgotten.
  await put({ url: rig.livy.url, login: none });
  expect((await put({ url: rig.livy.url, login: basic() })).status).toBe(400);
});

test('a key that is lost: the password has to be entered anew', async () => {
  await using rig = await createExternalRig({ unset: true, login: header });
  await rig.use(rig.livy.url, { login: basic('päss word') });
  await rig.db.updateTable('livy_servers').set({ sealed_secret: 'aAAAA' }).execute();
  rig.livy.heard();
  const made = await rig.call('POST', '/sessions', { body: { kind: 'pyspark' } });
  expect([made.status, made.body.msg]).toEqual([503, expect.stringContaining('can’t be read any more')]);
  expect(rig.livy.heard()).toEqual([]);
});

test('only owners set one, others see which it is', async () => {
  await using rig = await createExternalRig();
  const users = {
    editor: await rig.user('bea@example.org', 'editor'),
    viewer: await rig.user('vic@example.org', 'viewer'),
    stranger: await rig.user('sam@example.org', null),
  };
  const body = { url: rig.livy.url, login: none };
  for (const [who, user] of Object.entries(users)) {
    const expected = who === 'stranger' ? 404 : 403;
    for (const [method, path] of [
      ['PUT', '/livy'],
      ['DELETE', '/livy'],
      ['POST', '/livy/test'],
    ] as const) {
      expect([who, path, (await rig.api(method, path, user, method === 'DELETE' ? undefined : body)).status]).toEqual([
        who,
        path,
        expected,
      ]);
    }
    expect([who, (await rig.api('GET', '/livy', user)).status]).toEqual([who, who === 'stranger' ? 404 : 200]);
  }
  expect(rig.livy.heard()).toEqual([]);
});

test('owners may set what an administrator has allowed, and what one has set before', async () => {
  await using rig = await createExternalRig({ unset: true, allowed: ['*.hadoop.example.org', '10.0.0.0/8:8998'] });
  const owner = await rig.user('bea@example.org', 'owner');
  const put = async (url: string, as = owner) => {
    const { status, body } = await rig.api('PUT', '/livy', as, { url, login: none });
    return [status, body.details?.[0]];
  };
  expect((await rig.api('GET', '/livy', owner)).body).toMatchObject({
    allowed: ['*.hadoop.example.org', '10.0.0.0/8:8998'],
    mayChooseAny: false,
  });
  const message =
    'This address is not allowed here. Allowed are: *.hadoop.example.org, 10.0.0.0/8:8998. An administrator can set others.';
  expect(await put(rig.livy.url)).toEqual([400, { path: 'url', message }]);
  expect((await rig.api('POST', '/livy/test', owner, { url: rig.livy.url, login: none })).status).toBe(400);
  expect((await put('https://livy.hadoop.example.org'))[0]).toBe(200);
  // What a network allows is decided by what the name stands for.
  expect((await put(rig.livy.url.replace(/:\d+/, ':8998').replace('127.0.0.1', 'localhost')))[0]).toBe(200);
  const made = await rig.call('POST', '/sessions', { body: { kind: 'pyspark' } });
  expect([made.status, made.body.msg]).toEqual([
    503,
    expect.stringContaining('requests to localhost:8998 are not allowed here'),
  ]);
  // An administrator's word stands, also when an owner changes something else.
  expect((await put(rig.livy.url, rig.ada))[0]).toBe(200);
  expect((await put(rig.livy.url))[0]).toBe(200);
  expect((await rig.call('POST', '/sessions', { body: { kind: 'pyspark' } })).status).toBe(201);
  expect((await put(rig.livy.url.replace('/gateway', '/other')))[0]).toBe(400);
});

test('with a login that an administrator has entered, owners do not change who sessions run as', async () => {
  await using rig = await createExternalRig({ unset: true, login: header });
  const owner = await rig.user('bea@example.org', 'owner');
  const put = (runAs: string, password: string | undefined, as: typeof owner) =>
    rig.api('PUT', '/livy', as, { url: rig.livy.url, login: basic(password), runAs });
  expect((await put('name', 'päss word', rig.ada)).status).toBe(200);
  expect((await put('name', undefined, owner)).status).toBe(200);
  const refused = await put('livy', undefined, owner);
  expect([refused.status, refused.body.details?.[0].path]).toEqual([400, 'runAs']);
  expect((await put('livy', undefined, rig.ada)).status).toBe(200);
});

test('where nothing is allowed, owners are told so', async () => {
  await using rig = await createExternalRig({ unset: true });
  const owner = await rig.user('bea@example.org', 'owner');
  const { status, body } = await rig.api('PUT', '/livy', owner, { url: rig.livy.url, login: none });
  expect([status, body.message]).toEqual([
    400,
    'Only an administrator can set an address: none is allowed to others (EMBERLAB_LIVY_ALLOWED).',
  ]);
});

test.each([
  ['ftp://livy', /http:\/\/ or https:\/\//],
  ['livy:8998', /http:\/\/ or https:\/\//],
  ['http://ada:secret@livy', /own fields/],
  ['http://livy?x=1', /behind \? or #/],
  ['', /http:\/\/ or https:\/\//],
])('%j is no address', async (url, message) => {
  await using rig = await createExternalRig({ unset: true });
  const { status, text } = await rig.api('PUT', '/livy', rig.ada, { url, login: none });
  expect([status, text]).toEqual([400, expect.stringMatching(message)]);
});

test.each([
  'http://169.254.169.254',
  'http://[fe80::1]',
  'http://[::ffff:169.254.169.254]',
  'http://0.0.0.0',
  'http://2852039166',
])('nobody has requests sent to %s', async (url) => {
  await using rig = await createExternalRig({ unset: true, allowed: ['*'] });
  const { body } = await rig.api('POST', '/livy/test', rig.ada, { url, login: none });
  expect(body).toMatchObject({
    works: false,
    message: expect.stringMatching(/^That did not work: requests to .* are not allowed here/),
  });
});

test('a test of the connection says in a sentence what is there, or what is wrong', async () => {
  await using rig = await createExternalRig({ unset: true, login: header });
  const say = async (url = rig.livy.url, login: object = none) =>
    (await rig.api('POST', '/livy/test', rig.ada, { url, login })).body;
  expect(await say(rig.livy.url, basic('päss word'))).toEqual({
    works: true,
    message: 'Livy 0.7.1-incubating answers.',
    version: '0.7.1-incubating',
  });
  expect(rig.livy.heard()).toEqual(['GET /version', 'GET /sessions?from=0&size=1']);
  const wrong = async (answer: Promise<{ works: boolean; message: string }>) => {
    const { works, message } = await answer;
    expect(works).toBe(false);
    return message;
  };
  expect(await wrong(say())).toBe('Livy wants a login (401). Please enter one.');
  expect(await wrong(say(rig.livy.url, basic('wrong')))).toBe(
    'Livy refuses this login (401). Please check user, password or token.',
  );
  expect(await wrong(say(rig.livy.url.replace('/gateway', '/way')))).toMatch(/no Livy at this path \(404\)/);
  expect(await wrong(say(rig.livy.url.replace('http:', 'https:')))).toMatch(/speaks no https/);
  const respond = (status: number, body: string, headers = {}) => {
    rig.livy.state.intercept = (_asked, response) => {
      response.writeHead(status, headers).end(body);
      return true;
    };
  };
  respond(200, '<html>');
  expect(await wrong(say())).toMatch(/not as a Livy does \(status 200\)/);
  respond(403, '');
  expect(await wrong(say())).toMatch(/does not let it in \(403\)/);
  respond(302, '', { location: 'http://169.254.169.254/' });
  expect(await wrong(say())).toMatch(/leads elsewhere \(302\)/);
  rig.livy.state.intercept = ({ path }, response) => {
    if (path === '/version') response.end('{"version":"0.8.0"}');
    else response.writeHead(401).end();
    return true;
  };
  expect(await wrong(say(rig.livy.url, basic('x')))).toMatch(/refuses this login/);
  await rig.livy.stop();
  expect(await wrong(say())).toBe(`That did not work: nothing listens at ${rig.livy.host}.`);
  expect(await wrong(say('http://no-such-name.invalid'))).toMatch(
    /no machine with the name no-such-name\.invalid is known|can't be looked up/,
  );
  // Nothing of it is kept.
  expect((await rig.api('GET', '/livy')).body.server).toBeNull();
});

test('no secret is ever logged', async () => {
  await using rig = await createExternalRig({ unset: true });
  const lines: unknown[] = [];
  const { log } = rig.deps;
  for (const level of ['info', 'warn', 'error'] as const) {
    const before = log[level];
    Object.assign(log, {
      [level]: (...line: [Record<string, unknown>, string]) => (lines.push(line), before(...line)),
    });
  }
  await rig.use(rig.livy.url, { login: basic('päss word') });
  await rig.call('POST', '/sessions', { body: { kind: 'pyspark' } });
  await rig.livy.stop();
  await rig.call('GET', '/sessions/1');
  rig.clock.advance(60_000);
  await rig.sessions.reconcile();
  expect(lines.length).toBeGreaterThan(0);

  const text = inspect(lines, { depth: 20 });
  expect(text).toContain('could not be asked');
  for (const secret of ['päss word', header, Buffer.from('ember:päss word').toString('base64')])
    expect(text).not.toContain(secret);
});
