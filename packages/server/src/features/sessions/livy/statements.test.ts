import { once } from 'node:events';
import { errorTable } from '@emberlab/contract';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { isDiskFull } from '../../../lib/disk-full.ts';
import { testApplication } from '../testing/fake-agent.ts';
import { createRig, type Rig } from '../testing/rig.ts';

const post = (rig: Rig, id: number, body: Record<string, unknown>) =>
  rig.call('POST', `/sessions/${id}/statements`, { body });

test('a statement runs and its result is stored before it is acknowledged', async () => {
  await using rig = await createRig();
  const { id, agent } = await rig.idle();
  const posted = await post(rig, id, { code: '1+1' });
  expect(posted.status).toBe(201);
  expect(posted.headers['location']).toBe(`/sessions/${id}/statements/0`);
  expect(posted.body).toEqual({
    id: 0,
    code: '1+1',
    state: 'waiting',
    output: null,
    progress: 0,
    started: 0,
    completed: 0,
  });
  expect(await agent.heard('run')).toEqual({ type: 'run', id: 0, code: '1+1', kind: 'pyspark' });
  expect((await rig.call('GET', `/sessions/${id}/state`)).body.state).toBe('busy');
  const held = rig.call('GET', `/sessions/${id}/statements/0`);
  agent.answer(0, '2', 5000);
  await agent.heard('ack', (frame) => frame.id === 0);
  const stored = await rig.db.selectFrom('statements').select('state').executeTakeFirstOrThrow();
  expect(stored.state).toBe('available');
  expect((await held).body).toEqual({
    id: 0,
    code: '1+1',
    state: 'available',
    output: { status: 'ok', execution_count: 0, data: { 'text/plain': '2' } },
    progress: 1,
    started: 5000,
    completed: 5001,
  });
  expect((await rig.call('GET', `/sessions/${id}/state`)).body.state).toBe('idle');
  expect((await post(rig, id, { code: 'x' })).body.id).toBe(1);
});

test('a client that would wait has the result in the answer to its POST', async () => {
  await using rig = await createRig();
  const { id, agent } = await rig.idle();
  const prefer = (prefer: string) =>
    rig.call('POST', `/sessions/${id}/statements`, { body: { code: '1+1' }, headers: { prefer } });
  const posted = prefer('respond-async; x, Wait=5');
  await agent.heard('run');
  agent.answer(0, '2', 5000);
  expect(await posted).toMatchObject({
    status: 201,
    headers: { 'preference-applied': 'wait', location: `/sessions/${id}/statements/0` },
    body: { id: 0, state: 'available', output: { data: { 'text/plain': '2' } } },
  });
  for (const none of ['wait=0', 'wait=x', 'await=5', 'wait=1234567']) {
    const { body, headers } = await prefer(none);
    expect([none, body.state, headers['preference-applied']]).toEqual([none, 'waiting', undefined]);
  }
});

test('a client that would wait is told after that time how far the statement is', async () => {
  await using rig = await createRig();
  const { id, agent } = await rig.idle();
  const before = rig.clock.waiting();
  const posted = rig.call('POST', `/sessions/${id}/statements`, { body: { code: 'x' }, headers: { prefer: 'wait=1' } });
  await agent.heard('run');
  while (rig.clock.waiting() === before) await new Promise((resolve) => setImmediate(resolve));
  rig.clock.advance(1000);
  expect((await posted).body).toMatchObject({ id: 0, state: 'waiting', output: null });
});

test('statements that are not there, and requests that say nothing', async () => {
  await using rig = await createRig();
  const { id } = await rig.idle();
  expect(await rig.call('GET', `/sessions/${id}/statements/7`)).toMatchObject({
    status: 404,
    body: { msg: 'Statement not found' },
  });
  expect((await rig.call('GET', `/sessions/${id}/statements/x`)).status).toBe(400);
  expect((await post(rig, id, { code: '1', foo: 2 })).status).toBe(400);
  expect((await post(rig, id, {})).status).toBe(400);
  expect((await post(rig, id, { code: '1', kind: 'zz' })).status).toBe(400);
});

const writtenKinds = [
  ['python', 'pyspark'],
  ['pyspark', 'pyspark'],
  ['spark', 'spark'],
  ['scala', 'spark'],
  ['r', 'sparkr'],
  ['sql', 'sql'],
] as const;

test.for([
  ['pyspark', 'pyspark'],
  ['scala', 'spark'],
  ['sparkr', 'sparkr'],
  ['sql', 'sql'],
] as const)(
  'code of any kind runs in a session of the kind %s; without one it is of its session’s',
  async ([session, own]) => {
    await using rig = await createRig();
    const { id, agent } = await rig.idle({ kind: session });
    for (const [n, [written, kind]] of [[undefined, own], [null, own], ...writtenKinds].entries()) {
      const { status, body } = await post(rig, id, { code: 'x', kind: written });
      expect([written, status, body.id]).toEqual([written, 201, n]);
      expect((await agent.heard('run', (frame) => frame.id === n)).kind).toBe(kind);
    }
    expect((await post(rig, id, { code: 'x', kind: 'shared' })).status).toBe(400);
  },
);

test('in a shared session code has to say of which kind it is', async () => {
  await using rig = await createRig();
  const { id, agent } = await rig.idle({ kind: 'shared' });
  for (const kind of [undefined, null, 'shared']) {
    const { status, body } = await post(rig, id, { code: 'x', kind });
    expect([kind, status]).toEqual([kind, 400]);
    expect(body.msg).toBe('Code type should be specified if session kind is shared');
  }
  for (const [n, [written, kind]] of writtenKinds.entries()) {
    expect((await post(rig, id, { code: 'x', kind: written })).status).toBe(201);
    expect((await agent.heard('run', (frame) => frame.id === n)).kind).toBe(kind);
  }
});

test('a question for rows is checked before it is given to the driver', async () => {
  await using rig = await createRig();
  const { id, agent } = await rig.idle({ kind: 'shared' });
  const ask = (code: unknown) =>
    post(rig, id, { kind: 'arrow', code: typeof code === 'string' ? code : JSON.stringify(code) });
  const good = { sql: 'select 1', method: 'take', rows: 10 };
  for (const bad of [
    'select 1',
    '[]',
    'null',
    {},
    { ...good, rows: -1 },
    { ...good, rows: 1.5 },
    { ...good, rows: '10' },
    { ...good, method: 'all' },
    { ...good, method: 'sample' },
    { ...good, fraction: 0.5 },
    { ...good, method: 'sample', fraction: 0 },
    { ...good, method: 'sample', fraction: 1.1 },
    { ...good, sql: '' },
    { ...good, variable: 'df' },
    { ...good, more: 1 },
    { variable: 'df', method: 'take', rows: 1 },
    { variable: 'df', kind: 'sql', method: 'take', rows: 1 },
  ]) {
    const { status, body } = await ask(bad);
    expect([bad, status]).toEqual([bad, 400]);
    expect(body.msg).toMatch(/^The code of a statement of the kind "arrow" has to be a JSON object/);
  }
  for (const [n, asked] of [
    good,
    { ...good, rows: null, method: 'sample', fraction: 0.1 },
    { variable: 'df', kind: 'sparkr', method: 'take', rows: 0 },
    { sql: 'select 1' },
    { sql: 'select 1', fraction: 0.1 },
  ].entries()) {
    expect((await ask(asked)).body.id).toBe(n);
    const run = await agent.heard('run', (frame) => frame.id === n);
    expect([run.kind, JSON.parse(run.code)]).toEqual(['arrow', asked]);
  }
});

test('while a session starts it takes no statement and lists none', async () => {
  await using rig = await createRig();
  await rig.call('POST', '/sessions', { body: { kind: 'pyspark' } });
  const refused = await post(rig, 1, { code: '1' });
  expect(refused).toMatchObject({
    status: 409,
    body: { msg: 'java.lang.IllegalStateException: Session is in state starting' },
  });
  expect((await rig.call('GET', '/sessions/1/statements')).body).toEqual({ total_statements: 0, statements: [] });
});

test('five at once run one after the other, and the session is busy until the last has ended', async () => {
  await using rig = await createRig();
  const { id, agent } = await rig.idle();
  await Promise.all(Array.from({ length: 5 }, (_, i) => post(rig, id, { code: `c${i}` })));
  await agent.heard('run', (frame) => frame.id === 4);
  expect(agent.received.filter((frame) => frame.type === 'run').map((frame) => frame.id)).toEqual([0, 1, 2, 3, 4]);
  for (let i = 0; i < 5; i++) {
    expect((await rig.call('GET', `/sessions/${id}/state`)).body.state).toBe('busy');
    agent.answer(i, '', 1000 + i);
    await agent.heard('ack', (frame) => frame.id === i);
  }
  await rig.until((session) => session.state === 'idle');
  const { statements } = (await rig.call('GET', `/sessions/${id}/statements`)).body;
  expect(statements.map((statement: { started: number }) => statement.started)).toEqual([1000, 1001, 1002, 1003, 1004]);
});

test('the last hundred are kept', async () => {
  await using rig = await createRig();
  const { id, agent } = await rig.idle();
  for (let i = 0; i < 101; i++) {
    await post(rig, id, { code: `${i}` });
    agent.answer(i);
    await agent.heard('ack', (frame) => frame.id === i);
  }
  expect((await rig.call('GET', `/sessions/${id}/statements/0`)).status).toBe(404);
  const { body } = await rig.call('GET', `/sessions/${id}/statements`);
  expect([body.total_statements, body.statements.length]).toEqual([100, 100]);
  const newest = await rig.call('GET', `/sessions/${id}/statements?order=desc&size=1`);
  expect(newest.body.statements[0].id).toBe(100);
  expect((await rig.call('GET', `/sessions/${id}/statements?from=98`)).body.statements).toHaveLength(2);
});

test('cancel: one that waits never runs, one that runs ends when the agent says so', async () => {
  await using rig = await createRig();
  const { id, agent } = await rig.idle();
  await post(rig, id, { code: 'a' });
  await post(rig, id, { code: 'b' });
  agent.say({ type: 'started', id: 0, startedAt: 7 });
  const cancel = (n: number) => rig.call('POST', `/sessions/${id}/statements/${n}/cancel`, { body: {} });
  expect(await cancel(1)).toMatchObject({ status: 200, body: { msg: 'canceled' } });
  const waiting = (await rig.call('GET', `/sessions/${id}/statements/1`)).body;
  expect(waiting).toMatchObject({ state: 'cancelled', output: null, progress: 1 });
  expect(waiting.completed).toBeGreaterThan(0);
  await agent.heard('cancel', (frame) => frame.id === 1);

  expect((await cancel(0)).body).toEqual({ msg: 'canceled' });
  await agent.heard('cancel', (frame) => frame.id === 0);
  const list = (await rig.call('GET', `/sessions/${id}/statements`)).body.statements;
  expect(list[0].state).toBe('cancelling');
  const held = rig.call('GET', `/sessions/${id}/statements/0`);
  agent.say({ type: 'result', id: 0, state: 'cancelled', output: null, startedAt: 7, completedAt: 9 });
  expect((await held).body).toMatchObject({ state: 'cancelled', completed: 9 });
  // the agent's word on the other comes late and changes nothing
  agent.say({
    type: 'result',
    id: 1,
    state: 'available',
    output: { status: 'ok', execution_count: 1, data: {} },
    startedAt: 8,
    completedAt: 8,
  });
  await agent.heard('ack', (frame) => frame.id === 1);
  expect((await rig.call('GET', `/sessions/${id}/statements/1`)).body.state).toBe('cancelled');
  for (const n of [0, 99]) expect(await cancel(n)).toMatchObject({ status: 200, body: { msg: 'canceled' } });
  expect((await rig.call('POST', `/sessions/${id}/statements/0/cancel`)).status).toBe(200);
});

test('interrupt cancels what runs and leaves the session alive', async () => {
  await using rig = await createRig();
  const { id, agent } = await rig.idle();
  await post(rig, id, { code: 'a' });
  await post(rig, id, { code: 'b' });
  agent.say({ type: 'started', id: 0, startedAt: 7 });
  agent.say({ type: 'progress', id: 0, progress: 0.5 });
  agent.say({ type: 'progress', id: 0, progress: 0.25 });
  agent.say({ type: 'metrics', executors: 1, cores: 1, memoryUsedBytes: 0, memoryTotalBytes: 1, activeJob: null });
  await rig.until((session) => session.metrics !== null);
  expect((await rig.call('GET', `/sessions/${id}/statements`)).body.statements[0].progress).toBe(0.5);
  expect((await rig.call('POST', `/sessions/${id}/interrupt`)).body).toEqual({ msg: 'interrupted' });
  await agent.heard('cancel');
  expect(agent.received.filter((frame) => frame.type === 'cancel')).toEqual([{ type: 'cancel', id: 0 }]);
  expect((await rig.call('GET', `/sessions/${id}/state`)).body.state).toBe('busy');
});

test('outputs that are malformed end the statement as an error', async () => {
  await using rig = await createRig();
  const { id, agent } = await rig.idle();
  await post(rig, id, { code: 'a' });
  agent.say({
    type: 'result',
    id: 0,
    state: 'available',
    output: { status: 'error', evalue: null },
    startedAt: 1,
    completedAt: 2,
  });
  await agent.heard('ack');
  const { output } = (await rig.call('GET', `/sessions/${id}/statements/0`)).body;
  expect(output).toMatchObject({ status: 'error', ename: 'InvalidOutput', traceback: [] });
});

test('a held request of a session is answered when its state changes, and given up when time is up', async () => {
  await using rig = await createRig();
  await rig.call('POST', '/sessions', { body: { kind: 'pyspark' } });
  const agent = await rig.agent(1);
  let answered = false;
  const held = rig.call('GET', '/sessions/1').then((answer) => {
    answered = true;
    return answer.body.state;
  });
  await rig.call('GET', '/sessions');
  expect((await rig.call('GET', '/sessions/1/state')).body.state).toBe('starting');
  expect(answered).toBe(false);
  agent.ready();
  expect(await held).toBe('idle');
  // an idle one is answered at once
  expect((await rig.call('GET', '/sessions/1')).body.state).toBe('idle');

  await post(rig, 1, { code: 'x' });
  const statement = rig.call('GET', '/sessions/1/statements/0');
  const busy = rig.call('GET', '/sessions/1');
  while (rig.clock.waiting() < 3) await new Promise((resolve) => setImmediate(resolve));
  rig.clock.advance(5000);
  expect((await statement).body.state).toBe('waiting');
  expect((await busy).body.state).toBe('busy');
});

test('a client that goes away frees its wait', async () => {
  await using rig = await createRig();
  const { id } = await rig.idle();
  await post(rig, id, { code: 'x' });
  const address = await rig.app.listen({ port: 0, host: '127.0.0.1' });
  const before = rig.clock.waiting();
  const gone = new AbortController();
  const request = fetch(`${address}/livy/demo/sessions/${id}/statements/0`, {
    headers: { authorization: `Bearer ${rig.ada.email}` },
    signal: gone.signal,
  }).catch((error: Error) => error.name);
  while (rig.clock.waiting() === before) await new Promise((resolve) => setImmediate(resolve));
  gone.abort();
  expect(await request).toBe('AbortError');
  while (rig.clock.waiting() > before) await new Promise((resolve) => setImmediate(resolve));
});

test('output that JSON makes six times as long passes whole, and a list of much of it is cut', async () => {
  await using rig = await createRig();
  const { id, agent } = await rig.idle();
  const text = '\u0001'.repeat(4 * 1024 * 1024);
  for (let i = 0; i < 4; i++) {
    await post(rig, id, { code: `${i}` });
    agent.answer(i, text);
    await agent.heard('ack', (frame) => frame.id === i);
  }
  const { body } = await rig.call('GET', `/sessions/${id}/statements/0`);
  expect(body.output.data['text/plain'] === text).toBe(true);
  const list = await rig.call('GET', `/sessions/${id}/statements`);
  expect([list.body.total_statements, list.body.statements.length]).toEqual([4, 2]);
  expect((await rig.call('GET', `/sessions/${id}/statements?from=2`)).body.statements).toHaveLength(2);
});

test('a queue that is too long or too large takes no more, until some have ended', async () => {
  await using rig = await createRig();
  const { id, agent } = await rig.idle();
  const code = '#'.repeat(7 * 1024 * 1024);
  for (let n = 0; n < 4; n += 1) expect((await post(rig, id, { code })).status).toBe(201);
  expect(await post(rig, id, { code })).toMatchObject({
    status: 429,
    body: { msg: expect.stringContaining('waiting') },
  });
  expect((await post(rig, id, { code: '#'.repeat(9 * 1024 * 1024) })).status).toBe(400);
  expect((await rig.call('GET', `/sessions/${id}/statements?size=1`)).body.total_statements).toBe(4);
  agent.answer(0, '', 5000);
  await agent.heard('ack', (frame) => frame.id === 0);
  expect((await post(rig, id, { code: '1' })).status).toBe(201);
});

test('a configuration of more than 64 kB is refused', async () => {
  await using rig = await createRig();
  const conf = Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`spark.x${n}`, 'y'.repeat(1000)]));
  expect((await rig.call('POST', '/sessions', { body: { kind: 'pyspark', conf } })).status).toBe(400);
  expect((await rig.call('GET', '/sessions')).body.total).toBe(0);
});

test('one that there is no room for on the disk is refused with words that say so, and not sent again by sparkmagic', async () => {
  await using rig = await createRig();
  const { id } = await rig.idle();
  await sql`pragma max_page_count = 1`.execute(rig.db);
  const refused = await post(rig, id, { code: `# ${'x'.repeat(100_000)}` });
  expect([refused.status, refused.body.msg]).toEqual([400, errorTable.disk_full.message]);
  await sql`pragma max_page_count = 1000000`.execute(rig.db);
  expect((await post(rig, id, { code: '1+1' })).body).toMatchObject({ id: 0, state: 'waiting' });
});

test('a result that comes while the disk is full is asked for again, until there is room for it', async () => {
  await using rig = await createRig();
  const { id, agent } = await rig.idle();
  await post(rig, id, { code: '1+1' });
  await agent.heard('run');
  await sql`pragma max_page_count = 1`.execute(rig.db);
  const closed = once(agent.socket, 'close');
  const result = 'x'.repeat(100_000);
  agent.answer(0, result);
  await expect.poll(() => rig.errors.some(isDiskFull)).toBe(true);
  rig.errors.length = 0;
  await sql`pragma max_page_count = 1000000`.execute(rig.db);
  rig.clock.advance(5000);
  expect((await closed)[0]).toBe(4003);
  const again = await rig.agent(id, { application: testApplication, holds: [{ id: 0, state: 'ended' }] });
  again.answer(0, result);
  await again.heard('ack', (frame) => frame.id === 0);
  expect((await rig.call('GET', `/sessions/${id}/statements/0`)).body).toMatchObject({
    state: 'available',
    output: { data: { 'text/plain': result } },
  });
});
