import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { expect, test } from 'vitest';
import { createExternalRig, type ExternalRig } from './testing/external-rig.ts';

const submit = (rig: ExternalRig, id: number, body: object, headers: Record<string, string> = {}) =>
  rig.call('POST', `/sessions/${id}/statements`, { body, headers });

test('statements run there, under the same numbers', async () => {
  await using rig = await createExternalRig();
  rig.livy.seed();
  const { id, there } = await rig.idle();
  const made = await submit(rig, id, { code: '1+1' });
  expect([made.status, made.headers['location']]).toEqual([201, `/sessions/${id}/statements/0`]);
  expect(made.body).toEqual({
    id: 0,
    code: '1+1',
    state: 'waiting',
    output: null,
    progress: 0,
    started: 0,
    completed: 0,
  });
  expect(rig.livy.asked.at(-1)).toMatchObject({ path: `/sessions/${there.name}/statements`, body: { code: '1+1' } });
  const output = { status: 'ok', execution_count: 0, data: { 'text/plain': '2' } };
  Object.assign(there.statements[0] ?? {}, { state: 'available', output });
  const seen = await rig.call('GET', `/sessions/${id}/statements/0`);
  expect([seen.headers['content-type'], seen.body]).toEqual([
    'application/json;charset=utf-8',
    expect.objectContaining({ state: 'available', output }),
  ]);
  expect((await rig.call('GET', `/sessions/${id}/statements?from=0&size=5&order=desc`)).body.total_statements).toBe(1);
  expect(rig.livy.asked.at(-1)?.path).toBe(`/sessions/${there.name}/statements?from=0&size=5&order=desc`);
  const absent = await rig.call('GET', `/sessions/${id}/statements/7`);
  expect([absent.status, absent.body]).toEqual([404, { msg: 'Statement not found' }]);
  expect((await rig.call('GET', `/sessions/${id}/state`)).body.state).toBe('idle');
  expect((await rig.call('GET', `/sessions/${id}/statements/x`)).status).toBe(400);
  expect((await rig.call('POST', `/sessions/${id}/statements/0/cancel`)).body).toEqual({ msg: 'canceled' });
  expect(rig.livy.asked.at(-1)?.path).toBe(`/sessions/${there.name}/statements/0/cancel`);
});

test('code of another kind says so; what is Emberlab’s own is refused in a way that kernels understand', async () => {
  await using rig = await createExternalRig();
  const { id } = await rig.idle();
  await submit(rig, id, { code: 'select 1', kind: 'sql' });
  expect(rig.livy.asked.at(-1)?.body).toEqual({ code: 'select 1', kind: 'sql' });
  rig.livy.heard();
  const arrow = await submit(rig, id, { kind: 'arrow', code: '{"sql":"select 1","method":"take","rows":1}' });
  expect([arrow.status, arrow.body.msg]).toEqual([400, expect.stringContaining('Emberlab’s own')]);
  for (const path of ['output', 'arrow']) {
    expect((await rig.call('GET', `/sessions/${id}/statements/0/${path}`)).status).toBe(404);
  }
  expect((await submit(rig, id, { code: 1 })).status).toBe(400);
  expect((await submit(rig, id, { code: '1', foo: 2 })).status).toBe(400);
  expect(rig.livy.heard()).toEqual([]);
});

test('a statement that is sent again with its key runs once', async () => {
  await using rig = await createExternalRig();
  const { id, there } = await rig.idle();
  const key = { 'idempotency-key': 'statement-1' };
  expect((await submit(rig, id, { code: 'x' }, key)).body.id).toBe(0);
  expect((await submit(rig, id, { code: 'x' }, key)).body.id).toBe(0);
  expect(there.statements).toHaveLength(1);
  // Its answer gets lost: whether it ran nobody knows, so it does not run again.
  rig.livy.state.intercept = (asked, response) => {
    if (asked.method !== 'POST') return false;
    response.destroy();
    return true;
  };
  const lost = await submit(rig, id, { code: 'y' }, { 'idempotency-key': 'statement-2' });
  expect([lost.status, lost.body.msg]).toEqual([
    424,
    expect.stringMatching(/broke off the connection\. It is not known whether/),
  ]);
  rig.livy.state.intercept = null;
  const again = await submit(rig, id, { code: 'y' }, { 'idempotency-key': 'statement-2' });
  expect([again.status, again.body.msg]).toEqual([409, expect.stringContaining('not known whether')]);
  expect(there.statements).toHaveLength(1);
  // What never arrived may be sent again.
  await rig.livy.stop();
  const early = await submit(rig, id, { code: 'z' }, { 'idempotency-key': 'statement-3' });
  expect([early.status, early.body.msg]).toEqual([503, expect.stringMatching(/can't be asked: nothing listens at/)]);
  await rig.livy.resume();
  expect((await submit(rig, id, { code: 'z' }, { 'idempotency-key': 'statement-3' })).status).toBe(201);
  // What was refused as well.
  there.state = 'starting';
  expect((await submit(rig, id, { code: 'w' }, { 'idempotency-key': 'statement-4' })).status).toBe(409);
  there.state = 'idle';
  expect((await submit(rig, id, { code: 'w' }, { 'idempotency-key': 'statement-4' })).status).toBe(201);
});

test('a session that is not up yet', async () => {
  await using rig = await createExternalRig();
  const { body } = await rig.call('POST', '/sessions', { body: { kind: 'pyspark' } });
  const said = await submit(rig, body.id, { code: '1' });
  expect([said.status, said.body.msg]).toEqual([409, 'java.lang.IllegalStateException: Session is in state starting']);
  expect((await rig.call('GET', `/sessions/${body.id}/statements`)).body).toEqual({
    total_statements: 0,
    statements: [],
  });
});

test('completion, connect and what is added', async () => {
  await using rig = await createExternalRig();
  const { id, there } = await rig.idle();
  // Livy counts as Java does; clients of ours count characters.
  const done = await rig.call('POST', `/sessions/${id}/completion`, { body: { code: '🙂 spa', cursor: 5 } });
  expect(done.body).toEqual({ candidates: ['🙂 spa@6'] });
  expect((await rig.call('POST', `/sessions/${id}/connect`)).body).toMatchObject({ id, state: 'idle' });
  expect((await rig.call('POST', `/sessions/${id}/add-jar`, { body: { uri: 'hdfs:///a.jar' } })).body).toEqual({});
  expect(rig.livy.asked.at(-1)).toMatchObject({
    path: `/sessions/${there.name}/add-jar`,
    body: { uri: 'hdfs:///a.jar' },
  });
  rig.livy.heard();
  expect((await rig.call('POST', `/sessions/${id}/add-file`, { body: { uri: '/etc/passwd' } })).status).toBe(400);
  expect(rig.livy.heard()).toEqual([]);
});

test('interrupt cancels what runs and leaves the session', async () => {
  await using rig = await createExternalRig();
  const { id, there } = await rig.idle();
  await submit(rig, id, { code: 'a' });
  await submit(rig, id, { code: 'b' });
  Object.assign(there.statements[0] ?? {}, { state: 'running' });
  expect((await rig.call('POST', `/sessions/${id}/interrupt`)).body).toEqual({ msg: 'interrupted' });
  expect(there.statements.map(({ state }) => state)).toEqual(['cancelled', 'waiting']);
  expect(rig.livy.state.sessions).toContain(there);
});

/** An answer over a real socket. */
async function ask(rig: ExternalRig, path: string): Promise<IncomingMessage> {
  const origin = await rig.rig.app.listen({ port: 0, host: '127.0.0.1' });
  const asked = get(`${origin}/livy/demo${path}`, {
    headers: { authorization: 'Bearer ada@example.org' },
    agent: false,
  });
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  return answer;
}

test('large output passes through in pieces, and its end is not made up', async () => {
  await using rig = await createExternalRig();
  const { id } = await rig.idle();
  const piece = Buffer.alloc(1024 * 1024, 'x');
  const pieces = 128;
  let sent = 0;
  rig.livy.state.intercept = async (_asked, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    const count = function* () {
      for (; sent < pieces; sent++) yield piece;
    };
    await pipeline(Readable.from(count()), response, { end: false });
    // It breaks off: half an answer must not look like a whole one.
    response.destroy();
    return true;
  };
  const answer = await ask(rig, `/sessions/${id}/statements/0`);
  expect(answer.headers['content-type']).toBe('application/json;charset=utf-8');
  let bytes = 0;
  let mostOnTheWay = 0;
  const read = async () => {
    for await (const chunk of answer) {
      bytes += (chunk as Buffer).length;
      mostOnTheWay = Math.max(mostOnTheWay, sent * piece.length - bytes);
    }
  };
  await expect(read()).rejects.toThrow('aborted');
  expect(bytes).toBeGreaterThan((pieces - 4) * piece.length);
  // What a slow client has not read yet stays with the Livy, but for what sockets hold.
  expect(mostOnTheWay).toBeLessThan((pieces / 4) * piece.length);
});

test('a client that goes away lets go of the Livy', async () => {
  await using rig = await createExternalRig();
  const { id } = await rig.idle();
  const gone = Promise.withResolvers<void>();
  rig.livy.state.intercept = (_asked, response) => {
    response.once('close', () => gone.resolve());
    response.writeHead(200).write('{');
    return true;
  };
  const answer = await ask(rig, `/sessions/${id}/statements/0`);
  answer.destroy();
  await expect(gone.promise).resolves.toBeUndefined();
});

test('an answer that stands still is cut', async () => {
  await using rig = await createExternalRig();
  const { id } = await rig.idle();
  rig.livy.state.intercept = (_asked, response) => {
    response.writeHead(200).write('{');
    return true;
  };
  const answer = await ask(rig, `/sessions/${id}/statements/0`);
  const broken = once(answer, 'error');
  answer.resume();
  await once(answer, 'data');
  rig.clock.advance(120_001);
  expect(await broken).toMatchObject([{ message: 'aborted' }]);
});
