import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { createRig, testApplication, type Rig } from '../testing/rig.ts';

const submit = (rig: Rig, id: number, body: Record<string, unknown> = { code: 'x' }) =>
  rig.call('POST', `/sessions/${id}/statements`, { body });
const output = (rig: Rig, id: number, from: number, n = 0) =>
  rig.call('GET', `/sessions/${id}/statements/${n}/output?from=${from}`);

test('what a running statement prints is told as it comes', async () => {
  await using rig = await createRig();
  const { id, agent } = await rig.idle();
  await submit(rig, id);
  const begun = output(rig, id, 0);
  agent.say({ type: 'started', id: 0, startedAt: 1 });
  expect((await begun).body).toEqual({ id: 0, state: 'running', from: 0, text: '', next: 0, progress: 0, stages: [] });

  const first = output(rig, id, 0);
  agent.say({ type: 'output', id: 0, from: 0, text: 'one\n' });
  expect((await first).body).toEqual({
    id: 0,
    state: 'running',
    from: 0,
    text: 'one\n',
    next: 4,
    progress: 0,
    stages: [],
  });
  const second = output(rig, id, 4);
  agent.say({ type: 'output', id: 0, from: 10, text: 'two\n' });
  expect((await second).body).toMatchObject({ from: 10, text: 'two\n', next: 14 });
  // what is there already is answered at once
  expect((await output(rig, id, 2)).body).toMatchObject({ from: 2, text: 'e\n', next: 4 });

  const moved = output(rig, id, 14);
  agent.say({ type: 'progress', id: 0, progress: 0.5 });
  expect((await moved).body).toMatchObject({ from: 14, text: '', next: 14, progress: 0.5, stages: [] });

  // the stages that run come beside the progress, also when that has not moved
  const counts = { totalTasks: 4, completedTasks: 1, activeTasks: 2, failedTasks: 0 };
  const staged = output(rig, id, 14);
  agent.say({ type: 'progress', id: 0, progress: 0.5, stages: [{ id: 3, name: 'count', ...counts }] });
  expect((await staged).body).toMatchObject({ progress: 0.5, stages: [{ id: 3, name: 'count', ...counts }] });

  const last = output(rig, id, 14);
  agent.answer(0, 'one\ntwo');
  expect((await last).body).toEqual({
    id: 0,
    state: 'available',
    from: 14,
    text: '',
    next: 14,
    progress: 1,
    stages: [],
  });
  // the whole is in the statement
  expect((await output(rig, id, 0)).body).toMatchObject({ state: 'available', text: '' });
  expect((await rig.call('GET', `/sessions/${id}/statements/0`)).body.output.data['text/plain']).toBe('one\ntwo');
});

test('output is waited for as long as a statement is, and no longer', async () => {
  await using rig = await createRig();
  const { id } = await rig.idle();
  await submit(rig, id);
  const held = output(rig, id, 0);
  await new Promise((resolve) => setImmediate(resolve));
  for (let i = 0; i < 50; i++) {
    rig.clock.advance(100);
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect((await held).body).toEqual({ id: 0, state: 'waiting', from: 0, text: '', next: 0, progress: 0, stages: [] });
});

test('output that comes again after a reconnect is told once', async () => {
  await using rig = await createRig();
  const { id, agent } = await rig.idle();
  await submit(rig, id);
  agent.say({ type: 'started', id: 0, startedAt: 1 });
  agent.say({ type: 'output', id: 0, from: 0, text: 'abc' });
  await agent.heard('run');
  expect((await output(rig, id, 0)).body.state).toBe('running');
  const more = output(rig, id, 3);
  const again = await rig.agent(id, { application: testApplication, holds: [{ id: 0, state: 'running' }] });
  again.say({ type: 'output', id: 0, from: 0, text: 'abcdef' });
  expect((await more).body).toMatchObject({ from: 3, text: 'def', next: 6 });
});

test('output of what is not there', async () => {
  await using rig = await createRig();
  const { id } = await rig.idle();
  expect(await output(rig, id, 0)).toMatchObject({ status: 404, body: { msg: 'Statement not found' } });
  expect((await rig.call('GET', `/sessions/${id}/statements/x/output`)).status).toBe(400);
  expect((await rig.call('GET', `/sessions/${id}/statements/0/output?from=x`)).status).toBe(400);
});

const ask = { kind: 'arrow', code: JSON.stringify({ sql: 'select 1', method: 'take', rows: null }) };

/** A session with an ended statement of the kind `arrow`, numbered 0, whose rows are these; none: the driver has lost them. */
async function withRows(rig: Rig, rows: Buffer | null) {
  const { id, agent: first } = await rig.idle();
  await first.close();
  const agent = await rig.agent(id, {
    application: testApplication,
    ...(rows === null ? {} : { rows: new Map([[0, rows]]) }),
  });
  await submit(rig, id, ask);
  await agent.heard('run');
  agent.answer(0, '1 row');
  await agent.heard('ack');
  return { id, agent };
}

test('rows come as the driver has them, however many', async () => {
  await using rig = await createRig();
  const rows = randomBytes(5_000_000);
  const { id, agent } = await withRows(rig, rows);
  const response = await rig.app.inject({
    method: 'GET',
    url: `/livy/demo/sessions/${id}/statements/0/arrow`,
    headers: { authorization: 'Bearer ada@example.org' },
  });
  expect([response.statusCode, response.headers['content-type']]).toEqual([200, 'application/vnd.apache.arrow.stream']);
  expect(response.rawPayload.equals(rows)).toBe(true);
  expect(agent.rowsOnTheirWay()).toBe(0);
});

test('a client that leaves while rows come lets the driver stop, and a driver that is lost ends the answer', async () => {
  await using rig = await createRig();
  const { id, agent } = await withRows(rig, randomBytes(20_000_000));
  await rig.app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = rig.app.server.address() as AddressInfo;
  const fetchRows = async () => {
    const request = get({
      port,
      path: `/livy/demo/sessions/${id}/statements/0/arrow`,
      headers: { authorization: 'Bearer ada@example.org' },
    });
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    return { request, response };
  };
  const left = await fetchRows();
  const reset = new Promise<void>((resolve) =>
    agent.socket.on('message', () => {
      if (agent.rowsOnTheirWay() === 0) resolve();
    }),
  );
  left.response.on('error', () => {});
  left.request.destroy();
  await reset;

  const lost = await fetchRows();
  const [broken] = await Promise.allSettled([buffer(lost.response), agent.close()]);
  expect(broken.status).toBe('rejected');
});

test('rows that are not there', async () => {
  await using rig = await createRig();
  const { id, agent } = await withRows(rig, null);
  const rows = (n: number | string) => rig.call('GET', `/sessions/${id}/statements/${n}/arrow`);
  const none = /^This statement has no rows to fetch/;
  expect(await rows(0)).toMatchObject({ status: 404, body: { msg: expect.stringMatching(none) } });
  expect(await rows(7)).toMatchObject({ status: 404, body: { msg: 'Statement not found' } });
  expect((await rows('x')).status).toBe(400);
  await submit(rig, id);
  expect(await rows(1)).toMatchObject({ status: 404, body: { msg: expect.stringMatching(none) } });
  await submit(rig, id, ask);
  expect(await rows(2)).toMatchObject({ status: 409, body: { msg: expect.stringMatching(/has not ended yet/) } });
  await agent.close();
  expect(await rows(0)).toMatchObject({ status: 503, body: { msg: expect.stringMatching(/is not connected/) } });
  rig.fake.driver(id).exit();
  await rig.until((session) => session.state === 'dead');
  expect(await rows(0)).toMatchObject({ status: 404, body: { msg: expect.stringMatching(/are gone/) } });
});

test('a driver that does not answer is not waited for', async () => {
  await using rig = await createRig();
  const { id, agent } = await withRows(rig, Buffer.from('rows'));
  agent.socket.pause();
  const answer = rig.call('GET', `/sessions/${id}/statements/0/arrow`);
  const ended = new AbortController();
  void answer.finally(() => ended.abort());
  while (!ended.signal.aborted) {
    rig.clock.advance(100);
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect((await answer).status).toBe(503);
  agent.socket.resume();
});
