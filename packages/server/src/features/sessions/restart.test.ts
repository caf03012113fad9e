import { expect, test } from 'vitest';
import { createRig, testApplication, type Rig } from './testing/rig.ts';

/** A statement as Livy's answer shows it. */
type Shown = { state: string; output: { data: Record<string, string> } | null };

const run = (rig: Rig, id: number, code: string) => rig.call('POST', `/sessions/${id}/statements`, { body: { code } });
const stateOf = async (rig: Rig, id: number) => (await rig.call('GET', `/sessions/${id}/state`)).body.state;

test('silence while nobody could be heard does not count', async () => {
  await using rig = await createRig();
  const { id } = await rig.idle({ heartbeatTimeoutInSecond: 20 });
  // the machine slept
  rig.clock.advance(3_600_000);
  await rig.reconcile();
  expect(await stateOf(rig, id)).toBe('idle');
  // control was away
  rig.clock.advance(15_000);
  await rig.restart();
  await rig.pass(15_000);
  const [session] = await rig.sessions.snapshot(rig.projectId, { userId: rig.ada.id, role: 'owner' });
  expect(session).toMatchObject({ sessions: [{ id, state: 'recovering' }] });
});

test('after a restart statements are sent again, results come once, and numbers go on', async () => {
  await using rig = await createRig();
  const { id, agent } = await rig.idle();
  for (const code of ['a', 'b', 'c', 'd']) await run(rig, id, code);
  agent.answer(0, 'first');
  await agent.heard('ack');
  agent.say({ type: 'started', id: 1, startedAt: 7 });
  await rig.call('POST', `/sessions/${id}/statements/3/cancel`);
  await agent.heard('cancel', (frame) => frame.id === 3);
  await rig.restart();

  // It has 1 and 3, but 2 never arrived; it has forgotten 0.
  const again = await rig.agent(id, {
    application: testApplication,
    holds: [
      { id: 1, state: 'running' },
      { id: 3, state: 'waiting' },
      { id: 0, state: 'ended' },
    ],
  });
  await again.heard('run', (frame) => frame.id === 2);
  await again.heard('cancel', (frame) => frame.id === 3);
  expect(again.received.filter((frame) => frame.type === 'run').map((frame) => frame.id)).toEqual([2]);
  expect(again.received.filter((frame) => frame.type === 'cancel').map((frame) => frame.id)).toEqual([3]);
  expect(rig.targets.size).toBe(1);
  again.answer(1, 'second');
  await again.heard('ack', (frame) => frame.id === 1);
  again.answer(1, 'a second copy');
  again.answer(2, 'third');
  again.say({ type: 'result', id: 3, state: 'cancelled', output: null, startedAt: 0, completedAt: 1 });
  await again.heard('ack', (frame) => frame.id === 3);
  const { statements } = (await rig.call('GET', `/sessions/${id}/statements`)).body;
  expect(statements.map((statement: Shown) => statement.output?.data['text/plain'] ?? statement.state)).toEqual([
    'first',
    'second',
    'third',
    'cancelled',
  ]);
  expect((await run(rig, id, 'e')).body.id).toBe(4);
  expect((await rig.call('POST', '/sessions', { body: { kind: 'pyspark' } })).body.id).toBe(id + 1);
  // The answer does not wait for the driver's start.
  await expect.poll(() => rig.fake.launched.map((spec) => spec.sessionId)).toEqual([id, id + 1]);
});

test('a session that became ready while control was away is idle once its agent has said so', async () => {
  await using rig = await createRig();
  await rig.call('POST', '/sessions', { body: { kind: 'pyspark' } });
  await rig.driver(1);
  await rig.restart();
  expect(await stateOf(rig, 1)).toBe('starting');
  const held = rig.call('GET', '/sessions/1');
  await rig.agent(1, { application: testApplication });
  expect((await held).body).toMatchObject({ state: 'idle', appId: 'local-1' });
});

test('a driver that ended while control was away is found dead', async () => {
  await using rig = await createRig();
  const { id } = await rig.idle();
  await run(rig, id, 'a');
  await rig.app.close();
  await rig.sessions.close();
  rig.fake.driver(id).exit({ code: 137 });
  await rig.restart();
  const dead = await rig.until((session) => session.state === 'dead');
  expect(dead.problem).toMatch(/^The Spark driver ended\. Its log says more\.$/);
  expect((await rig.call('GET', `/sessions/${id}/statements/0`)).body.state).toBe('available');
});

test('a launch that was cut off is adopted where the driver runs, and done again where it does not', async () => {
  await using rig = await createRig();
  for (let i = 0; i < 2; i++) await rig.call('POST', '/sessions', { body: { kind: 'pyspark' } });
  await rig.driver(1);
  await rig.driver(2);
  await rig.app.close();
  await rig.sessions.close();
  rig.fake.driver(2).exit();
  await rig.db.updateTable('sessions').set({ pid: null, start_ticks: null }).execute();
  await rig.restart();
  await rig.driver(1);
  await rig.driver(2);
  await expect.poll(() => rig.fake.launched.map((spec) => spec.sessionId).toSorted((a, b) => a - b)).toEqual([1, 2, 2]);
  // a first driver that was late could do no harm: its secret opens nothing any more
  const secrets = rig.fake.launched.filter((spec) => spec.sessionId === 2).map((spec) => spec.secret);
  expect(new Set(secrets).size).toBe(2);
});

test('a stop that was cut off goes on', async () => {
  await using rig = await createRig();
  const { id, agent } = await rig.idle();
  void rig.call('DELETE', `/sessions/${id}`).catch(() => {});
  await agent.heard('stop');
  await rig.restart();
  await rig.until((session) => session.state === 'dead');
  expect(rig.fake.running()).toBe(0);
});

test('a session whose agent is away for long is recovering, and takes statements all the same', async () => {
  await using rig = await createRig();
  const { id, agent } = await rig.idle();
  const timers = rig.clock.waiting();
  await agent.close();
  while (rig.clock.waiting() === timers) await new Promise((resolve) => setImmediate(resolve));
  await rig.pass(5000);
  expect(await stateOf(rig, id)).toBe('idle');
  await rig.pass(10_000);
  expect(await stateOf(rig, id)).toBe('recovering');
  await rig.until((session) => session.state === 'recovering');
  expect((await run(rig, id, 'a')).status).toBe(201);
  const again = await rig.agent(id, { application: testApplication });
  expect(await again.heard('run')).toMatchObject({ id: 0, code: 'a' });
  expect(await stateOf(rig, id)).toBe('busy');
});

test('a driver on a cluster is known by what the cluster has named it, also after a restart', async () => {
  await using rig = await createRig();
  rig.fake.moveToCluster();
  const { id } = await rig.idle();
  await rig.restart();
  await rig.reconcile();
  expect([rig.fake.launched.length, rig.fake.running()]).toEqual([1, 1]);
  rig.fake.driver(id).exit();
  await rig.reconcile();
  const row = () => rig.db.selectFrom('sessions').select('state').where('id', '=', id).executeTakeFirst();
  await expect.poll(row).toEqual({ state: 'dead' });
});
