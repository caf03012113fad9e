import { expect, test } from 'vitest';
import { createRig, testApplication, type Rig, type TestUser } from '../testing/rig.ts';

const key = '7b0c5c0ec3a84e0e9a5b1a2f3d4e5f60';

type More = { key?: string; as?: TestUser };
const headersOf = (more: More) => ({ 'idempotency-key': more.key ?? key });

const create = (rig: Rig, body: Record<string, unknown> = {}, more: More = {}) =>
  rig.call('POST', '/sessions', {
    body: { kind: 'pyspark', ...body },
    headers: headersOf(more),
    ...(more.as === undefined ? {} : { as: more.as }),
  });

const submit = (rig: Rig, id: number, code: string, more: More = {}) =>
  rig.call('POST', `/sessions/${id}/statements`, { body: { code }, headers: headersOf(more) });

const total = async (rig: Rig) => (await rig.call('GET', '/sessions')).body.total;

test('a repeated request makes no second session, nor does it trip over its own name', async () => {
  await using rig = await createRig({ limits: { startingDrivers: 1 } });
  const first = await create(rig, { name: 'mine' });
  expect([first.status, first.headers['location']]).toEqual([201, '/sessions/1']);
  expect(await create(rig, { name: 'mine' })).toMatchObject({ status: 201, body: first.body });
  const agent = await rig.agent(1);
  agent.ready();
  await rig.until((session) => session.state === 'idle');

  // neither what the first request needed nor room for another has to be there
  rig.state.environmentReady = false;
  const told = rig.changes.length;
  const again = await create(rig, { name: 'mine', pyFiles: ['/gone.py'] });
  expect([again.status, again.headers['location']]).toEqual([201, '/sessions/1']);
  expect(again.body).toMatchObject({ id: 1, name: 'mine', state: 'idle', appId: 'local-1' });
  expect([await total(rig), rig.fake.launched.length, rig.changes.length]).toEqual([1, 1, told]);

  rig.state.environmentReady = true;
  expect((await create(rig, { name: 'mine' }, { key: 'another-key' })).body.msg).toMatch(/Duplicate session name/);
});

test('duplicates at the same time give one session and one statement', async () => {
  await using rig = await createRig();
  const created = await Promise.all(Array.from({ length: 8 }, () => create(rig, { name: 'mine' })));
  expect(created.map((answer) => [answer.status, answer.body.id])).toEqual(Array.from({ length: 8 }, () => [201, 1]));
  const agent = await rig.agent(1);
  agent.ready();
  await rig.until((session) => session.state === 'idle');
  expect([await total(rig), rig.fake.launched.length]).toEqual([1, 1]);

  const posted = await Promise.all(Array.from({ length: 8 }, () => submit(rig, 1, 'x')));
  expect(posted.map((answer) => [answer.status, answer.body.id])).toEqual(Array.from({ length: 8 }, () => [201, 0]));
  await submit(rig, 1, 'y', { key: 'another-key' });
  await agent.heard('run', (frame) => frame.id === 1);
  expect(agent.received.filter((frame) => frame.type === 'run').map((frame) => frame.code)).toEqual(['x', 'y']);
});

test('a repeated statement is answered as it is now, also by a session that is dead', async () => {
  await using rig = await createRig();
  const { id, agent } = await rig.idle();
  const first = await submit(rig, id, '1+1');
  agent.answer(0, '2');
  await agent.heard('ack');
  const done = { id: 0, state: 'available', output: { data: { 'text/plain': '2' } } };
  const again = await submit(rig, id, '1+1');
  expect(again).toMatchObject({ status: 201, body: done });
  expect(again.headers['location']).toBe(first.headers['location']);
  expect((await rig.call('GET', `/sessions/${id}/state`)).body.state).toBe('idle');

  rig.fake.driver(id).exit({ code: 1 });
  await rig.until((session) => session.state === 'dead');
  expect(await submit(rig, id, '1+1')).toMatchObject({ status: 201, body: done });
  expect((await submit(rig, id, '1+1', { key: 'another-key' })).status).toBe(500);
});

test('keys are known after a restart', async () => {
  await using rig = await createRig();
  await create(rig, { name: 'mine' });
  const before = await rig.agent(1);
  before.ready();
  await rig.until((session) => session.state === 'idle');
  await submit(rig, 1, 'x');
  await before.heard('run');
  await rig.restart();

  expect(await create(rig, { name: 'mine' })).toMatchObject({ status: 201, body: { id: 1, state: 'busy' } });
  expect(await submit(rig, 1, 'x')).toMatchObject({ status: 201, body: { id: 0, state: 'waiting' } });
  const after = await rig.agent(1, { application: testApplication, holds: [{ id: 0, state: 'running' }] });
  expect((await submit(rig, 1, 'y', { key: 'another-key' })).body.id).toBe(1);
  await after.heard('run', (frame) => frame.id === 1);
  expect(after.received.filter((frame) => frame.type === 'run').map((frame) => frame.id)).toEqual([1]);
  expect([await total(rig), rig.fake.launched.length]).toEqual([1, 1]);
});

test('keys of other sessions and other people are other keys', async () => {
  await using rig = await createRig();
  const one = await rig.idle();
  const two = await rig.idle();
  for (const { id } of [one, two]) {
    expect(await submit(rig, id, `for ${id}`)).toMatchObject({ status: 201, body: { id: 0, code: `for ${id}` } });
  }
  const grace = await rig.user('grace@example.org', 'editor');
  const hers = await create(rig, { name: 'mine' }, { as: grace });
  const ours = await create(rig, { name: 'mine' });
  expect([hers.body.owner, ours.body.owner]).toEqual(['grace@example.org', 'ada@example.org']);
  expect(ours.body.id).not.toBe(hers.body.id);
  // without a key every request is its own
  for (const n of [1, 2]) {
    const answer = await rig.call('POST', `/sessions/${one.id}/statements`, { body: { code: 'same' } });
    expect(answer.body.id).toBe(n);
  }
});

test('a key may be used again once its session is listed no more', async () => {
  await using rig = await createRig();
  const next = async () => (await create(rig)).body.id;
  expect(await next()).toBe(1);
  (await rig.driver(1)).exit({ code: 1 });
  await rig.until((session) => session.id === 1 && session.state === 'dead');
  expect(await create(rig)).toMatchObject({ status: 201, body: { id: 1, state: 'dead' } });
  rig.clock.advance(600_000);
  expect(await next()).toBe(2);
  await rig.driver(2);
  expect((await rig.call('DELETE', '/sessions/2')).status).toBe(200);
  expect(await next()).toBe(3);
  expect(await next()).toBe(3);
});

test('a request that was refused is not remembered', async () => {
  await using rig = await createRig();
  rig.state.environmentReady = false;
  expect((await create(rig)).status).toBe(409);
  rig.state.environmentReady = true;
  expect((await create(rig)).status).toBe(201);
  expect((await submit(rig, 1, 'x')).status).toBe(409);
  const agent = await rig.agent(1);
  agent.ready();
  await rig.until((session) => session.state === 'idle');
  expect((await submit(rig, 1, 'x')).status).toBe(201);
});

test('keys that are none', async () => {
  await using rig = await createRig();
  const { id } = await rig.idle();
  for (const bad of ['', 'seven77', 'x'.repeat(129), 'two words', 'čašačaša', 'tab\there']) {
    for (const answer of [await create(rig, {}, { key: bad }), await submit(rig, id, 'x', { key: bad })]) {
      expect([bad, answer.status]).toEqual([bad, 400]);
      expect(answer.body.msg).toMatch(/^The header idempotency-key has to be/);
    }
  }
  expect(await total(rig)).toBe(1);
  expect((await rig.call('GET', `/sessions/${id}/statements`)).body.total_statements).toBe(0);
  for (const good of ['eight888', '"~!quoted"', 'x'.repeat(128)]) {
    expect((await submit(rig, id, 'x', { key: good })).status).toBe(201);
  }
});
