import { writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { createExternalRig } from './testing/external-rig.ts';
import { fakeLivy } from './testing/fake-livy.ts';
import { emptyJar } from '../testing/jar.ts';

test('a session is made there and known by a number of ours', async () => {
  await using rig = await createExternalRig();
  // Somebody else's are there too, with numbers that ours have here.
  rig.livy.seed();
  rig.livy.seed();
  const native = await rig.db.selectFrom('sessions').select('id').execute();
  expect(native).toEqual([]);
  const body = {
    kind: 'python',
    driverMemory: '1g',
    conf: { 'executor.memory': '2g', a: 1 },
    heartbeatTimeoutInSecond: 60,
  };
  const made = await rig.call('POST', '/sessions', { body });
  expect([made.status, made.headers['location']]).toEqual([201, '/sessions/1']);
  expect(made.body).toMatchObject({
    id: 1,
    name: null,
    owner: 'ada@example.org',
    proxyUser: 'ada@example.org',
    kind: 'pyspark',
    state: 'starting',
    driverMemory: '1g',
    driverCores: 0,
    heartbeatTimeoutInSecond: 60,
    conf: { 'executor.memory': '2g', a: '1' },
    appInfo: { driverLogUrl: null, sparkUiUrl: null, executorLogUrls: null },
    log: [],
  });
  // exactly the keys of a session of our own
  const keys =
    'id name appId owner proxyUser state kind appInfo log ttl idleTimeout driverMemory driverCores executorMemory executorCores conf archives files heartbeatTimeoutInSecond jars numExecutors pyFiles queue';
  expect(Object.keys(made.body).toSorted()).toEqual(keys.split(' ').toSorted());

  const asked = rig.livy.asked.at(-1);
  expect([asked?.method, asked?.path]).toEqual(['POST', '/sessions']);
  // what nobody asked for isn't there: older versions refuse what they don't know
  expect(asked?.body).toEqual({
    kind: 'pyspark',
    name: expect.stringMatching(/^emberlab-demo-1-[a-z2-7]{8}$/),
    driverMemory: '1g',
    conf: { 'spark.executor.memory': '2g', 'spark.a': '1' },
    heartbeatTimeoutInSecond: 60,
  });
  expect(asked?.headers).toMatchObject({ 'x-requested-by': 'emberlab', 'content-type': 'application/json' });

  const there = rig.livy.state.sessions.at(-1);
  Object.assign(there ?? {}, {
    state: 'idle',
    appId: 'application_1_2',
    appInfo: { driverLogUrl: 'javascript:alert(1)', sparkUiUrl: 'http://yarn:8088/proxy/application_1_2' },
    log: ['stdout: ', 'hello', '\nstderr: '],
  });
  const seen = await rig.call('GET', '/sessions/1');
  expect(seen.body).toMatchObject({
    id: 1,
    state: 'idle',
    appId: 'application_1_2',
    appInfo: { driverLogUrl: null, sparkUiUrl: 'http://yarn:8088/proxy/application_1_2' },
    log: ['stdout: ', 'hello', '\nstderr: '],
  });
  expect((await rig.call('GET', '/sessions/1/state')).body).toEqual({ id: 1, state: 'idle' });
  expect((await rig.call('GET', '/sessions/1/log?from=1&size=1')).body).toEqual({
    id: 1,
    from: 1,
    total: 3,
    log: ['hello'],
  });
  // our number 2 is nothing, though theirs is there
  expect((await rig.call('GET', '/sessions/2')).body).toEqual({ msg: "Session '2' not found." });
  expect((await rig.call('GET', '/sessions/0')).status).toBe(404);
  expect(rig.state.touched).toEqual([rig.projectId]);
});

test('sessions of our own and those of a Livy are counted together, so a number is never used twice', async () => {
  await using rig = await createExternalRig({ unset: true });
  const here = await rig.call('POST', '/sessions', { body: { kind: 'pyspark' } });
  await rig.use();
  const there = await rig.call('POST', '/sessions', { body: { kind: 'pyspark' } });
  await rig.api('DELETE', '/livy');
  const again = await rig.call('POST', '/sessions', { body: { kind: 'pyspark' } });
  expect([here.body.id, there.body.id, again.body.id]).toEqual([1, 2, 3]);
  // both are found, wherever they run, and listed together
  const list = await rig.call('GET', '/sessions');
  expect([list.body.total, list.body.sessions.map(({ id }: { id: number }) => id)]).toEqual([3, [1, 3, 2]]);
  expect((await rig.call('GET', '/sessions?from=2&size=5')).body).toMatchObject({
    from: 2,
    total: 3,
    sessions: [{ id: 2 }],
  });
  expect((await rig.call('GET', '/sessions?from=1&size=1')).body.sessions).toMatchObject([{ id: 3 }]);
  expect((await rig.call('DELETE', '/sessions/2')).body).toEqual({ msg: 'deleted' });
  expect(rig.livy.state.sessions).toEqual([]);
  expect((await rig.call('GET', '/sessions')).body.total).toBe(2);
});

test('the list has one’s own alone, is read from the Livy’s list, and pages', async () => {
  await using rig = await createExternalRig();
  for (let other = 0; other < 120; other++) rig.livy.seed();
  const bea = await rig.user('bea@example.org', 'editor');
  const ids = [];
  for (const as of [rig.ada, bea, rig.ada]) ids.push((await rig.idle(as)).id);
  rig.livy.heard();
  const list = await rig.call('GET', '/sessions');
  expect(list.body).toMatchObject({ from: 0, total: 2, sessions: [{ id: ids[0], state: 'idle' }, { id: ids[2] }] });
  // A request for one session would be a sign of life of its client.
  expect(rig.livy.heard()).toEqual(['GET /sessions?from=0&size=100', 'GET /sessions?from=100&size=100']);
  expect((await rig.call('GET', '/sessions?from=1&size=1')).body).toMatchObject({
    from: 1,
    total: 2,
    sessions: [{ id: ids[2] }],
  });
  expect((await rig.call('GET', '/sessions', { as: bea })).body).toMatchObject({
    total: 1,
    sessions: [{ id: ids[1] }],
  });
  expect((await rig.call('GET', '/sessions?from=x')).status).toBe(400);
});

test('names are one’s own: others may use the same, and the Livy never sees them', async () => {
  await using rig = await createExternalRig();
  const bea = await rig.user('bea@example.org', 'editor');
  const { id } = await rig.idle(rig.ada, { name: 'etl' });
  const hers = await rig.idle(bea, { name: 'etl' });
  expect((await rig.call('GET', '/sessions/etl/state')).body).toEqual({ id, state: 'idle' });
  expect((await rig.call('GET', '/sessions/etl', { as: bea })).body).toMatchObject({ id: hers.id, name: 'etl' });
  const again = await rig.call('POST', '/sessions', { body: { kind: 'pyspark', name: 'etl' } });
  expect([again.status, again.body.msg]).toEqual([
    400,
    expect.stringMatching(`^Rejected, Reason: Duplicate session name: Some\\(etl\\) for session ${id}\\. `),
  ]);
  for (const { name } of rig.livy.state.sessions) expect(name).not.toContain('etl');
  await rig.call('DELETE', '/sessions/etl');
  expect((await rig.call('POST', '/sessions', { body: { kind: 'pyspark', name: 'etl' } })).status).toBe(201);
});

test('requests are checked before anything is asked of the Livy', async () => {
  await using rig = await createExternalRig();
  const post = async (body: object) => {
    const { status, body: said } = await rig.call('POST', '/sessions', { body });
    return [status, said.msg];
  };
  const refused: [object, number, RegExp][] = [
    [{ kind: 'cobol' }, 400, /Invalid kind: cobol/],
    [{ foo: 1 }, 400, /Unrecognized field "foo"/],
    [{ proxyUser: 'bea@example.org' }, 403, /not allowed to impersonate/],
    [{ conf: { 'spark.master': 'local' } }, 400, /Blacklisted configuration values.*spark\.master/],
    [{ conf: { ' Spark.Submit.DeployMode': 'client' } }, 400, /Blacklisted/],
    [{ conf: { 'spark.__livy__.livy.rsc.launcher.address': 'evil' } }, 400, /Livy’s own/],
    [{ conf: { 'spark.driver.extraClassPath': '/x' } }, 400, /Blacklisted/],
    [{ files: ['/etc/passwd'] }, 400, /Local path \/etc\/passwd cannot be added/],
    [{ files: ['file:/etc/passwd'] }, 400, /cannot be added/],
    [{ conf: { 'spark.archives': '/etc/passwd' } }, 400, /cannot be added/],
    [{ name: '12' }, 400, /Invalid session name: 12/],
    [{ ttl: 'abc' }, 400, /Invalid time string/],
  ];
  for (const [body, status, message] of refused)
    expect(await post({ kind: 'pyspark', ...body })).toEqual([status, expect.stringMatching(message)]);
  expect(rig.livy.heard()).toEqual([]);
  expect((await rig.call('GET', '/sessions')).body.total).toBe(0);
});

test('files are the project’s, by their whole names, or the cluster’s', async () => {
  await using rig = await createExternalRig();
  const file = `${rig.projectFolder}/a.py`;
  await writeFile(file, '');
  const jar = `${rig.projectFolder}/a.jar`;
  await writeFile(jar, emptyJar);
  const body = {
    kind: 'pyspark',
    pyFiles: [file, 'hdfs:///b.py'],
    archives: [`${file}#c`],
    conf: { 'spark.jars': `${jar},s3a://x/y.jar`, 'spark.sql.warehouse.dir': `${rig.projectFolder}/w` },
  };
  const made = await rig.call('POST', '/sessions', { body });
  expect(made.body.pyFiles).toEqual(body.pyFiles);
  expect(rig.livy.asked.at(-1)?.body).toMatchObject({
    pyFiles: [`file://${file}`, 'hdfs:///b.py'],
    archives: [`file://${file}#c`],
    conf: { 'spark.jars': `file://${jar},s3a://x/y.jar`, 'spark.sql.warehouse.dir': `file://${rig.projectFolder}/w` },
  });
});

test.each([
  ['livy', undefined],
  ['email', 'ada@example.org'],
  ['name', 'ada'],
])('sessions run as %s: %s', async (runAs, proxyUser) => {
  await using rig = await createExternalRig();
  await rig.use(rig.livy.url, { runAs });
  const made = await rig.call('POST', '/sessions', {
    body: { kind: 'pyspark', proxyUser: runAs === 'name' ? 'ada' : 'ada@example.org' },
  });
  expect([made.status, made.body.proxyUser]).toEqual([201, 'ada@example.org']);
  expect(rig.livy.asked.at(-1)?.body.proxyUser).toBe(proxyUser);
});

test('a short name that two users have is nobody’s', async () => {
  await using rig = await createExternalRig();
  await rig.use(rig.livy.url, { runAs: 'name' });
  rig.livy.heard();
  const twin = await rig.user('Ada@example.com', 'editor');
  for (const as of [rig.ada, twin]) {
    const made = await rig.call('POST', '/sessions', { body: { kind: 'pyspark' }, as });
    expect([made.status, made.body.msg]).toEqual([
      403,
      expect.stringContaining('Several users of Emberlab are called "ada"'),
    ]);
  }
  expect(rig.livy.heard()).toEqual([]);
});

test('DELETE ends and hides it, stop ends it and leaves it to be seen', async () => {
  await using rig = await createExternalRig();
  const first = await rig.idle();
  expect((await rig.call('DELETE', `/sessions/${first.id}`)).body).toEqual({ msg: 'deleted' });
  expect((await rig.call('GET', `/sessions/${first.id}`)).status).toBe(404);
  expect((await rig.call('DELETE', `/sessions/${first.id}`)).status).toBe(404);
  const second = await rig.idle();
  expect((await rig.call('POST', `/sessions/${second.id}/stop`)).status).toBe(204);
  expect((await rig.call('GET', `/sessions/${second.id}/state`)).body).toEqual({ id: second.id, state: 'dead' });
  expect(rig.livy.state.sessions).toEqual([]);
  rig.clock.advance(600_001);
  expect((await rig.call('GET', `/sessions/${second.id}/state`)).status).toBe(404);
});

test('one that vanished there is dead here', async () => {
  await using rig = await createExternalRig();
  const { id } = await rig.idle();
  rig.livy.state.sessions.length = 0;
  expect((await rig.call('GET', `/sessions/${id}`)).body).toMatchObject({ id, state: 'dead', log: [] });
  expect((await rig.call('GET', `/sessions/${id}/state`)).body).toEqual({ id, state: 'dead' });
  const said = await rig.call('POST', `/sessions/${id}/statements`, { body: { code: '1' } });
  // the text that one client starts a new session on
  expect([said.status, said.body.msg]).toEqual([500, 'java.lang.IllegalStateException: Session is in state dead']);
  expect((await rig.api('GET', `/sessions/${id}`)).body).toMatchObject({
    state: 'dead',
    problem: expect.stringMatching(/knows it no more/),
  });
  // a number that is used again there, after a restart, is not ours
  rig.livy.state.nextSession = 0;
  rig.livy.seed();
  expect((await rig.call('GET', `/sessions/${id}/state`)).body.state).toBe('dead');
});

describe('a Livy that was started anew gives the number to somebody else', () => {
  const asks = [
    ['GET', ''],
    ['GET', '/state'],
    ['GET', '/log'],
    ['GET', '/statements'],
    ['GET', '/statements/0'],
    ['POST', '/statements/0/cancel', {}],
    ['POST', '/statements', { code: '1' }],
    ['POST', '/completion', { code: 'sp', cursor: 2 }],
    ['POST', '/connect', {}],
    ['POST', '/interrupt', {}],
    ['POST', '/add-file', { uri: 'hdfs:///a' }],
    ['POST', '/stop', {}],
    ['DELETE', ''],
  ] as const;
  // before the next look at that Livy, and after
  const whens = asks.flatMap(([method, path, body]) =>
    [false, true].map((looked) => [method, path, looked, body] as const),
  );

  test.each(whens)(
    '%s %s shows and changes nothing of theirs (looked before: %s)',
    async (method, path, looked, body) => {
      await using rig = await createExternalRig();
      const { id } = await rig.idle();
      rig.livy.state.sessions.length = 0;
      rig.livy.state.nextSession = 0;
      const statement = { id: 0, code: 'secret', state: 'running', output: {}, progress: 1, started: 0, completed: 0 };
      const theirs = rig.livy.seed({ kind: 'pyspark' }, { log: ['secret'], statements: [statement] });
      expect(theirs.id).toBe(0);
      const before = JSON.stringify(theirs);
      if (looked) await rig.sessions.reconcile();
      rig.livy.heard();
      const answer = await rig.call(method, `/sessions/${id}${path}`, body === undefined ? {} : { body });
      expect(JSON.stringify(answer.body ?? null)).not.toContain('secret');
      expect(rig.livy.state.sessions.map((session) => JSON.stringify(session))).toEqual([before]);
      expect(rig.livy.heard().filter((one) => one.includes('/sessions/0'))).toEqual([]);
    },
  );
});

test('statements that find it gone say so as Livy does', async () => {
  await using rig = await createExternalRig();
  const { id } = await rig.idle();
  rig.livy.state.sessions.length = 0;
  const said = await rig.call('POST', `/sessions/${id}/statements`, { body: { code: '1' } });
  expect([said.status, said.body.msg]).toEqual([500, 'java.lang.IllegalStateException: Session is in state dead']);
  expect((await rig.call('GET', `/sessions/${id}/state`)).body.state).toBe('dead');
  expect((await rig.call('GET', `/sessions/${id}/statements`)).body.msg).toBe(
    "requirement failed: Session isn't active.",
  );
});

test('when the Livy is another, what ran on the former goes on there, and its numbers are not mixed up', async () => {
  await using rig = await createExternalRig();
  const { id, there } = await rig.idle();
  await using other = await fakeLivy();
  other.seed();
  await rig.use(other.url);
  there.state = 'busy';
  expect((await rig.call('GET', `/sessions/${id}/state`)).body.state).toBe('busy');
  const second = await rig.call('POST', '/sessions', { body: { kind: 'pyspark' } });
  expect(other.state.sessions).toHaveLength(2);
  // Removed altogether, both go on.
  await rig.api('DELETE', '/livy');
  expect((await rig.call('GET', `/sessions/${second.body.id}/state`)).status).toBe(200);
  expect((await rig.call('GET', '/sessions')).body.total).toBe(2);
  await rig.call('DELETE', `/sessions/${id}`);
  await rig.call('DELETE', `/sessions/${second.body.id}`);
  expect([rig.livy.state.sessions, other.state.sessions.length]).toEqual([[], 1]);
  // Then nothing is kept of either, its login least of all.
  await rig.sessions.reconcile();
  expect(await rig.db.selectFrom('livy_servers').selectAll().execute()).toEqual([]);
});

test('states that no client knows are told as one that it does', async () => {
  await using rig = await createExternalRig();
  const { id, there } = await rig.idle();
  there.state = 'pondering';
  expect((await rig.call('GET', `/sessions/${id}/state`)).body.state).toBe('recovering');
});

test('projects that hand their sessions on to each other do not do so for ever', async () => {
  await using rig = await createExternalRig();
  const said = await rig.call('POST', '/sessions', {
    body: { kind: 'pyspark' },
    headers: { 'emberlab-passed-on': '1' },
  });
  expect([said.status, said.body.msg]).toEqual([
    400,
    expect.stringContaining('hands its sessions on to a Livy itself'),
  ]);
  expect(rig.livy.heard()).toEqual([]);
});

test('a request that comes twice at once makes one session, and both get it', async () => {
  await using rig = await createExternalRig();
  const headers = { 'idempotency-key': 'twice-at-once' };
  // So many files to be looked at that all three have found nothing by their key before the first is made.
  const body = { kind: 'pyspark', files: Array.from({ length: 300 }, () => `${rig.projectFolder}/a.txt`) };
  await writeFile(`${rig.projectFolder}/a.txt`, '');
  const ask = () => rig.call('POST', '/sessions', { body, headers });
  const answers = await Promise.all([ask(), ask(), ask()]);
  expect(answers.map(({ status, body }) => [status, body.id])).toEqual([1, 2, 3].map(() => [201, 1]));
  expect(rig.livy.state.sessions).toHaveLength(1);
});
