import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { expect, test } from 'vitest';
import { EngineError } from '../../engines/engine.ts';
import { seedServer } from '../../testing/database.ts';
import { createRig, type Rig } from './testing/rig.ts';

const run = (rig: Rig, id: number, code: string) => rig.call('POST', `/sessions/${id}/statements`, { body: { code } });
const stateOf = async (rig: Rig, id: number) => (await rig.call('GET', `/sessions/${id}/state`)).body.state;

async function writeLog(rig: Rig, id: number, text: string) {
  const { stderr } = rig.deps.engine.logs(id);
  await mkdir(dirname(stderr), { recursive: true });
  await writeFile(stderr, text);
}

test('a dead driver: the session is dead, its statements end with an error, and the log has the cause', async () => {
  await using rig = await createRig();
  const { id, agent } = await rig.idle();
  await run(rig, id, 'a');
  await run(rig, id, 'b');
  agent.say({ type: 'started', id: 0, startedAt: 7 });
  const held = rig.call('GET', `/sessions/${id}/statements/0`);
  await writeLog(rig, id, 'first\nlast words');
  rig.fake.driver(id).exit({ code: null, signal: 'SIGKILL' });
  const { body } = await held;
  const traceback = ['first\n', 'last words\n'];
  expect(body).toMatchObject({ state: 'available', output: { status: 'error', ename: 'DriverEnded', traceback } });
  expect(body.output.evalue).toMatch(/was killed.*out of memory/);
  const dead = await rig.until((session) => session.state === 'dead');
  expect(dead.problem).toMatch(/was killed/);
  expect((await rig.call('GET', `/sessions/${id}/statements/1`)).body.output.evalue).toMatch(
    /^This statement did not run\. /,
  );
  const shown = (await rig.call('GET', `/sessions/${id}`)).body;
  expect(shown.state).toBe('dead');
  expect(shown.log.at(-1)).toMatch(/^emberlab: The Spark driver was killed/);
  // the text that Zeppelin restarts on
  const refused = await run(rig, id, 'c');
  expect([refused.status, refused.body.msg]).toEqual([
    500,
    'java.lang.IllegalStateException: Session is in state dead',
  ]);
  expect((await rig.call('GET', `/sessions/${id}/statements`)).body.msg).toBe(
    "requirement failed: Session isn't active.",
  );
  expect(rig.targets.size).toBe(0);
  expect(rig.fake.cleaned).toContain(id);
});

test('a driver that ends before it is ready says why', async () => {
  await using rig = await createRig();
  await rig.call('POST', '/sessions', { body: { kind: 'pyspark' } });
  await rig.driver(1);
  await writeLog(
    rig,
    1,
    'Setting log level\norg.apache.spark.SparkException: Could not parse Master URL\n\tat org.x.Y\n',
  );
  rig.fake.driver(1).exit({ code: 1 });
  const dead = await rig.until((session) => session.state === 'dead');
  expect(dead.problem).toBe(
    'The Spark driver ended with exit code 1 before it was ready. Its log says: org.apache.spark.SparkException: Could not parse Master URL',
  );
});

test('an engine that refuses, and an agent that fails, end in dead with their words', async () => {
  await using rig = await createRig();
  rig.fake.refuse('There is no Spark here.');
  await rig.call('POST', '/sessions', { body: { kind: 'pyspark' } });
  const refused = await rig.until((session) => session.id === 1 && session.state === 'dead');
  expect(refused.problem).toBe('There is no Spark here.');
  rig.fake.refuse(null);
  await rig.call('POST', '/sessions', { body: { kind: 'pyspark' } });
  const agent = await rig.agent(2);
  agent.say({ type: 'failed', message: 'Java was not found.', detail: 'trace' });
  await agent.heard('stop');
  rig.fake.driver(2).exit({ code: 1 });
  const failed = await rig.until((session) => session.id === 2 && session.state === 'dead');
  expect(failed.problem).toBe('Java was not found.');
  expect(rig.fake.running()).toBe(0);
});

test('a start that takes too long ends in dead', async () => {
  await using rig = await createRig();
  await rig.call('POST', '/sessions', { body: { kind: 'pyspark' } });
  await rig.driver(1);
  await rig.pass(55_000);
  expect(await stateOf(rig, 1)).toBe('starting');
  await rig.pass(10_000);
  const dead = await rig.until((session) => session.state === 'dead');
  expect(dead.problem).toMatch(/did not become ready within 60 s/);
  expect(rig.fake.running()).toBe(0);
});

test('delete waits for the end of the driver, and leaves nothing to find', async () => {
  await using rig = await createRig();
  const { id, agent } = await rig.idle();
  await run(rig, id, 'a');
  const deleted = rig.call('DELETE', `/sessions/${id}`);
  await agent.heard('stop');
  rig.fake.driver(id).exit();
  expect(await deleted).toMatchObject({ status: 200, body: { msg: 'deleted' } });
  expect((await rig.call('GET', `/sessions/${id}`)).status).toBe(404);
  expect((await rig.call('DELETE', `/sessions/${id}`)).status).toBe(404);
  expect((await rig.call('GET', '/sessions')).body.total).toBe(0);
  expect(rig.fake.running()).toBe(0);
  expect(rig.changes.at(-1)).toMatchObject({ state: 'dead', problem: null });
});

test('delete ends one that starts, and one whose agent does not listen', async () => {
  await using rig = await createRig();
  await rig.call('POST', '/sessions', { body: { kind: 'pyspark' } });
  expect((await rig.call('DELETE', '/sessions/1')).status).toBe(200);
  const { id, agent } = await rig.idle();
  const deleted = rig.call('DELETE', `/sessions/${id}`);
  await agent.heard('stop');
  while (rig.clock.waiting() < 3) await new Promise((resolve) => setImmediate(resolve));
  rig.clock.advance(rig.deps.limits?.stopGraceMs ?? 4000);
  expect((await deleted).status).toBe(200);
  expect(rig.fake.running()).toBe(0);
});

test('stop keeps the session listed for ten minutes', async () => {
  await using rig = await createRig();
  const { id, agent } = await rig.idle();
  const posted = await run(rig, id, 'a');
  expect(posted.status).toBe(201);
  const stopped = rig.call('POST', `/sessions/${id}/stop`);
  await agent.heard('stop');
  rig.fake.driver(id).exit();
  expect((await stopped).status).toBe(204);
  expect(await stateOf(rig, id)).toBe('dead');
  expect((await rig.call('GET', `/sessions/${id}/statements/0`)).body.output).toMatchObject({
    ename: 'SessionStopped',
  });
  await rig.pass(595_000);
  expect((await rig.call('GET', '/sessions')).body.total).toBe(1);
  await rig.pass(10_000);
  expect((await rig.call('GET', `/sessions/${id}`)).status).toBe(404);
  await rig.pass(60_000);
  expect(await rig.db.selectFrom('statements').selectAll().execute()).toEqual([]);
  expect(await rig.db.selectFrom('sessions').select('id').execute()).toHaveLength(1);
  rig.clock.advance(8 * 86_400_000);
  await rig.reconcile();
  expect(await rig.db.selectFrom('sessions').select('id').execute()).toEqual([]);
  // its number is never used again
  expect((await rig.call('POST', '/sessions', { body: { kind: 'pyspark' } })).body.id).toBe(id + 1);
});

test('delete takes a dead one off the list', async () => {
  await using rig = await createRig();
  const { id } = await rig.idle();
  rig.fake.driver(id).exit({ code: 1 });
  await rig.until((session) => session.state === 'dead');
  expect((await rig.call('DELETE', `/sessions/${id}`)).body).toEqual({ msg: 'deleted' });
  expect((await rig.call('GET', `/sessions/${id}`)).status).toBe(404);
});

test('a client that falls silent loses its session; the list alone is no sign of life', async () => {
  await using rig = await createRig();
  const { id } = await rig.idle({ heartbeatTimeoutInSecond: 20 });
  const other = await rig.idle();
  for (let i = 0; i < 4; i++) {
    await rig.pass(10_000);
    expect(await stateOf(rig, id)).toBe('idle');
  }
  await rig.pass(15_000);
  await rig.call('GET', '/sessions');
  await rig.pass(5000);
  rig.fake.driver(id).exit();
  const dead = await rig.until((session) => session.id === id && session.state === 'dead');
  expect(dead.problem).toMatch(/not heard of for 20 s/);
  expect((await rig.call('GET', `/sessions/${id}`)).status).toBe(404);
  await rig.pass(600_000);
  expect(await stateOf(rig, other.id)).toBe('idle');
});

test('an idle session ends after its limit, and says so; looking at it is no use of it', async () => {
  await using rig = await createRig();
  const { id } = await rig.idle({ idleTimeout: '60s' });
  const unlimited = await rig.idle();
  for (let i = 0; i < 5; i++) {
    await rig.pass(10_000);
    expect(await stateOf(rig, id)).toBe('idle');
    await rig.call('GET', `/sessions/${id}/statements`);
    await rig.call('GET', `/sessions/${id}/log`);
  }
  await rig.pass(10_000);
  rig.fake.driver(id).exit();
  const dead = await rig.until((session) => session.id === id && session.state === 'dead');
  expect(dead.problem).toBe('Nothing was run in it for 60 s, so the application was stopped.');
  expect((await rig.call('GET', `/sessions/${id}`)).status).toBe(404);
  expect(await stateOf(rig, unlimited.id)).toBe('idle');
});

test.for([
  ['a statement', 'POST', '/statements', { code: 'x' }],
  ['a cancellation', 'POST', '/statements/9/cancel', {}],
  ['an interrupt', 'POST', '/interrupt', {}],
  ['a completion', 'POST', '/completion', { code: 'x' }],
  ['connect', 'POST', '/connect', {}],
] as const)('%s is use of a session', async ([, method, path, body]) => {
  await using rig = await createRig();
  const { id, agent } = await rig.idle({ idleTimeout: '60s' });
  void agent.heard('ask', ({ request }) => {
    agent.say({ type: 'answer', request, value: null });
    return false;
  });
  for (let n = 0; n < 3; n++) {
    await rig.pass(50_000);
    expect((await rig.call(method, `/sessions/${id}${path}`, { body })).status).toBeLessThan(300);
    agent.answer(n);
  }
  await rig.until((session) => session.state === 'idle');
  await rig.pass(50_000);
  expect(await stateOf(rig, id)).toBe('idle');
});

test('a busy session is never idle, however long it runs; its time begins when it has ended', async () => {
  await using rig = await createRig();
  const { id, agent } = await rig.idle({ idleTimeout: '60s' });
  await run(rig, id, 'x');
  agent.say({ type: 'started', id: 0, startedAt: 1 });
  await rig.pass(600_000);
  expect(await stateOf(rig, id)).toBe('busy');
  agent.answer(0);
  await rig.until((session) => session.state === 'idle');
  await rig.pass(55_000);
  expect(await stateOf(rig, id)).toBe('idle');
  await rig.pass(5000);
  rig.fake.driver(id).exit();
  await rig.until((session) => session.state === 'dead');
});

test('the platform’s own limit, a clock that jumps, and a maximum age that nobody has asked for', async () => {
  await using rig = await createRig();
  const { id } = await rig.idle({ ttl: '60s', heartbeatTimeoutInSecond: 600 });
  // a machine that slept: neither silence nor idleness
  rig.clock.advance(10 * 3_600_000);
  await rig.reconcile();
  expect(await stateOf(rig, id)).toBe('idle');
  for (let i = 0; i < 7; i++) {
    await rig.pass(500_000);
    expect(await stateOf(rig, id)).toBe('idle');
  }
  await rig.pass(100_000);
  rig.fake.driver(id).exit();
  const dead = await rig.until((session) => session.state === 'dead');
  expect(dead.problem).toBe('Nothing was run in it for 60 minutes, so the application was stopped.');
});

test('sessions end with their server, and with their owner’s membership', async () => {
  await using rig = await createRig();
  const bea = await rig.user('bea@example.org', 'editor');
  await seedServer(rig.db, { id: 'serveraaaa', projectId: rig.projectId, userId: rig.ada.id });
  const asServer = { ...rig.ada, email: 'ada@example.org@server:serveraaaa' };
  const first = await rig.idle({}, asServer);
  const second = await rig.idle();
  const third = await rig.idle({}, bea);
  expect(await rig.sessions.countLive([rig.projectId, 'other'])).toEqual(new Map([[rig.projectId, 3]]));
  await rig.sessions.stopForServer('serveraaaa');
  rig.fake.driver(first.id).exit();
  await rig.until((session) => session.id === first.id && session.state === 'dead');
  await rig.sessions.part.stop({ projectId: rig.projectId, userId: bea.id }, 'member');
  rig.fake.driver(third.id).exit();
  await rig.until((session) => session.id === third.id && session.state === 'dead');
  expect((await rig.call('GET', `/sessions/${first.id}`)).status).toBe(404);
  expect(await stateOf(rig, second.id)).toBe('idle');
  expect(await rig.sessions.countLive([rig.projectId])).toEqual(new Map([[rig.projectId, 1]]));
});

test('a server is told of its own live sessions, and its member may stop one of those', async () => {
  await using rig = await createRig();
  await seedServer(rig.db, { id: 'serveraaaa', projectId: rig.projectId, userId: rig.ada.id });
  const whose = { projectId: rig.projectId, userId: rig.ada.id };
  const first = await rig.idle({}, { ...rig.ada, email: 'ada@example.org@server:serveraaaa' });
  await rig.idle();
  const live = () => rig.sessions.liveOf('serveraaaa', whose);
  expect(await live()).toMatchObject([{ id: first.id, state: 'idle', mine: true }]);
  await rig.sessions.stopOf(whose, first.id);
  expect(await live()).toMatchObject([{ id: first.id, stopped: true }]);
  const stranger = { ...whose, userId: (await rig.user('eve@example.org', 'editor')).id };
  await expect(rig.sessions.stopOf(stranger, first.id)).rejects.toMatchObject({ code: 'not_found' });
});

test('a server hears once when work begins in a session of its own, and once when it ends', async () => {
  await using rig = await createRig();
  const heard: string[] = [];
  Object.assign(rig.deps, { workChanged: (serverId: string) => void heard.push(serverId) });
  await rig.restart();
  await seedServer(rig.db, { id: 'serveraaaa', projectId: rig.projectId, userId: rig.ada.id });
  const asServer = { ...rig.ada, email: 'ada@example.org@server:serveraaaa' };
  const ours = await rig.idle({}, asServer);
  const nobodys = await rig.idle();
  const busy = (id: number) => rig.until((session) => session.id === id && session.state === 'busy');
  const idle = (id: number) => rig.until((session) => session.id === id && session.state === 'idle');
  for (const { id, agent } of [nobodys, ours]) {
    const begun = busy(id);
    await run(rig, id, 'a');
    await run(rig, id, 'b');
    await begun;
    expect(heard).toEqual(id === ours.id ? ['serveraaaa'] : []);
    const done = idle(id);
    agent.answer(0);
    agent.answer(1);
    await done;
  }
  expect(heard).toEqual(['serveraaaa', 'serveraaaa']);
});

test('a driver that can’t be launched is a session that failed, with a sentence and without a second try', async () => {
  await using rig = await createRig();
  let launches = 0;
  rig.deps.engine.launch = async () => {
    launches += 1;
    throw Object.assign(new Error('ENOSPC: no space left on device, mkdir'), { code: 'ENOSPC' });
  };
  await rig.call('POST', '/sessions', { body: { kind: 'pyspark' } });
  const { problem } = await rig.until((session) => session.state === 'dead');
  expect(problem).toBe('The Spark driver could not be started. The log of the platform says why.');
  expect(launches).toBe(1);
  expect(rig.state.touched).toEqual([rig.projectId]);
});

test('a start that takes long is called off when its session is deleted meanwhile', async () => {
  await using rig = await createRig();
  const { promise: begun, resolve } = Promise.withResolvers<void>();
  rig.deps.engine.launch = (_, __, signal) =>
    new Promise((_resolve, reject) => {
      signal?.addEventListener('abort', () => reject(new EngineError('The start was called off.')));
      resolve();
    });
  const { id } = (await rig.call('POST', '/sessions', { body: { kind: 'pyspark' } })).body;
  await begun;
  await rig.call('DELETE', `/sessions/${id}`);
  await expect
    .poll(async () => (await rig.db.selectFrom('sessions').select(['state', 'problem']).executeTakeFirst()) ?? null)
    .toEqual({ state: 'dead', problem: null });
  expect(rig.errors).toEqual([]);
});

test('what fails is tried again at the next look, and not before', async () => {
  await using rig = await createRig();
  const { id } = await rig.idle();
  let tries = 0;
  const { clean } = rig.deps.engine;
  rig.deps.engine.clean = async () => {
    tries += 1;
    throw new Error('busy');
  };
  rig.fake.driver(id).exit();
  while (rig.errors.length === 0) await new Promise(setImmediate);
  for (let turn = 0; turn < 100; turn++) await new Promise(setImmediate);
  expect(tries).toBe(1);
  rig.deps.engine.clean = clean;
  await rig.reconcile();
  await rig.until((session) => session.id === id && session.state === 'dead');
});

test('the logs of drivers are kept within bounds while they run and at their end, which no log can hold up', async () => {
  await using rig = await createRig();
  const { id } = await rig.idle();
  await rig.reconcile();
  expect([...rig.fake.bounded]).toEqual([id]);
  rig.fake.bounded.clear();
  rig.fake.breakLogs(new RangeError('no such size'));
  rig.fake.driver(id).exit({ code: 1 });
  await rig.until((session) => session.state === 'dead');
  expect([...rig.fake.bounded]).toEqual([id]);
});
