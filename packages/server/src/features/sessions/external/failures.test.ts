import { expect, test } from 'vitest';
import { createExternalRig, type ExternalRig } from './testing/external-rig.ts';

const create = (rig: ExternalRig, headers: Record<string, string> = {}) =>
  rig.call('POST', '/sessions', { body: { kind: 'pyspark' }, headers });
const key = { 'idempotency-key': 'session-1' };

/** Lets answers of a kind get lost after the Livy has done what was asked. */
const loseAnswers = (rig: ExternalRig, method: string) => {
  rig.livy.state.intercept = (asked, response) => {
    if (asked.method !== method) return false;
    // What is written goes nowhere.
    response.end = (() => {
      response.destroy();
      return response;
    }) as typeof response.end;
    return false;
  };
};

test('a Livy that is not there: 503 for what may be asked again, since nothing was sent; and nothing is left behind', async () => {
  await using rig = await createExternalRig();
  const { id } = await rig.idle();
  await rig.livy.stop();
  const sentence = `The Livy of this project can't be asked: nothing listens at ${rig.livy.host}.`;
  for (const [method, path, body] of [
    ['GET', `/sessions/${id}`],
    ['GET', `/sessions/${id}/state`],
    ['GET', `/sessions/${id}/log`],
    ['GET', '/sessions'],
    ['GET', `/sessions/${id}/statements/0`],
    ['POST', '/sessions', { kind: 'pyspark' }],
    ['POST', `/sessions/${id}/statements`, { code: '1' }],
    ['POST', `/sessions/${id}/completion`, { code: '1' }],
  ] as const) {
    const answer = await rig.call(method, path, { body });
    expect([method, path, answer.status, answer.body]).toEqual([method, path, 503, { msg: sentence }]);
  }
  await rig.livy.resume();
  expect((await rig.call('GET', '/sessions')).body).toMatchObject({ total: 1, sessions: [{ id, state: 'idle' }] });
});

test('DELETE of one whose Livy is away is carried out later', async () => {
  await using rig = await createExternalRig();
  const { id } = await rig.idle();
  await rig.livy.stop();
  expect((await rig.call('DELETE', `/sessions/${id}`)).status).toBe(503);
  await rig.livy.resume();
  await rig.sessions.reconcile();
  expect(rig.livy.state.sessions).toEqual([]);
  expect((await rig.call('DELETE', `/sessions/${id}`)).status).toBe(404);
});

test('a session whose answer gets lost is found by its name, and made once', async () => {
  await using rig = await createExternalRig();
  loseAnswers(rig, 'POST');
  const made = await create(rig);
  expect([made.status, made.body.state]).toEqual([201, 'starting']);
  expect(rig.livy.state.sessions).toHaveLength(1);
  expect((await rig.call('GET', '/sessions/1/state')).status).toBe(200);
});

test('one that nobody was told of is ended', async () => {
  await using rig = await createExternalRig();
  // The answer gets lost, and what follows too.
  let lost = true;
  rig.livy.state.intercept = (_asked, response) => {
    if (lost) response.end = (() => (response.destroy(), response)) as typeof response.end;
    return false;
  };
  const made = await create(rig);
  expect([made.status, made.body.msg]).toEqual([
    424,
    expect.stringMatching(/broke off the connection\. It is not known whether/),
  ]);
  expect(rig.livy.state.sessions).toHaveLength(1);
  lost = false;
  await rig.sessions.reconcile();
  await rig.sessions.reconcile();
  expect(rig.livy.state.sessions).toEqual([]);
  expect((await rig.api('GET', '/sessions/1')).body).toMatchObject({
    state: 'dead',
    problem: 'It was not known whether Livy had started it, so it was ended.',
  });
});

test('one that was being made when we ended is there for the client that asks again, and ended for one that can’t', async () => {
  await using rig = await createExternalRig();
  // As a crash leaves it: a row, and a session there whose number nobody has written down.
  await create(rig, key);
  await create(rig);
  await rig.db.updateTable('external_sessions').set({ external_id: null, state: 'starting' }).execute();
  const again = await create(rig, key);
  expect([again.status, again.body.id]).toEqual([201, 1]);
  expect(rig.livy.state.sessions).toHaveLength(2);
  await rig.sessions.reconcile();
  await rig.sessions.reconcile();
  expect(rig.livy.state.sessions.map(({ id }) => id)).toEqual([0]);
});

test('one that never arrived is ended after a while', async () => {
  await using rig = await createExternalRig();
  await create(rig, key);
  rig.livy.state.sessions.length = 0;
  await rig.db.updateTable('external_sessions').set({ external_id: null }).execute();
  const again = await create(rig, key);
  expect([again.status, again.body.msg]).toEqual([424, expect.stringContaining('not known yet')]);
  await rig.sessions.reconcile();
  expect((await rig.call('GET', '/sessions/1/state')).body.state).toBe('starting');
  rig.clock.advance(200_000);
  await rig.sessions.reconcile();
  expect((await rig.api('GET', '/sessions/1')).body).toMatchObject({
    state: 'dead',
    problem: 'The project’s Livy did not start it.',
  });
});

test('two requests with one key make one session, also at the same time', async () => {
  await using rig = await createExternalRig();
  const gate = Promise.withResolvers<void>();
  rig.livy.state.intercept = async ({ method }) => {
    if (method === 'POST') await gate.promise;
    return false;
  };
  const first = create(rig, key);
  await rig.livy.until(({ method }) => method === 'POST');
  const second = create(rig, key);
  gate.resolve();
  expect([(await first).body.id, (await second).body.id]).toEqual([1, 1]);
  expect(rig.livy.state.sessions).toHaveLength(1);
});

test.each([
  [400, { msg: 'no' }, 400, 'no'],
  [400, 'a bare text\n at [Source: (x)]', 400, 'a bare text'],
  [403, { msg: "User 'x' not allowed to impersonate 'y'." }, 403, "User 'x' not allowed to impersonate 'y'."],
  [401, '', 424, 'refuses Emberlab'],
  [403, '', 424, 'refuses Emberlab'],
  [
    429,
    { msg: 'Rejected, too many sessions are being created!' },
    429,
    'Rejected, too many sessions are being created!',
  ],
  [500, 'java.lang.NullPointerException', 424, 'java.lang.NullPointerException'],
  [503, '<html>', 424, 'failed (503)'],
  [404, '<html>', 404, 'refused the request (404)'],
  [200, { hello: 1 }, 424, 'no session'],
  [201, { id: -1, state: 'idle' }, 424, 'no session'],
])('a POST that the Livy answers with %s %j is answered with %s', async (status, body, expected, message) => {
  await using rig = await createExternalRig();
  rig.livy.state.intercept = ({ method }, response) => {
    if (method !== 'POST') return false;
    response.writeHead(status).end(body === '<html>' ? body : JSON.stringify(body));
    return true;
  };
  const made = await create(rig);
  // never 500 and above: clients would send it again
  expect([made.status, made.body.msg]).toEqual([expected, expect.stringContaining(message)]);
});

test('a GET that fails on the way may be asked again, one that fails there may not', async () => {
  await using rig = await createExternalRig();
  const { id } = await rig.idle();
  const answered = async (status: number, body: unknown) => {
    rig.livy.state.intercept = (_asked, response) => {
      response.writeHead(status).end(JSON.stringify(body));
      return true;
    };
    const answer = await rig.call('GET', `/sessions/${id}/statements/0`);
    return [answer.status, answer.body.msg];
  };
  expect(await answered(502, '')).toEqual([503, 'The Livy of this project failed (502). Its log may say why.']);
  expect(await answered(500, 'java.lang.X: y')).toEqual([424, 'java.lang.X: y']);
  // its numbers are not ours
  expect(await answered(400, { msg: `Session '0' is odd; session 0 too, 07 not` })).toEqual([
    400,
    `Session '${id}' is odd; session ${id} too, 07 not`,
  ]);
});

test('redirects are not followed', async () => {
  await using rig = await createExternalRig();
  await using other = await createExternalRig();
  other.livy.heard();
  rig.livy.state.intercept = (_asked, response) => {
    response.writeHead(307, { location: `${other.livy.url}/sessions` }).end();
    return true;
  };
  const made = await create(rig);
  expect([made.status, made.body.msg]).toEqual([424, expect.stringContaining('leads elsewhere (307)')]);
  expect(other.livy.heard()).toEqual([]);
});

test('a Livy that takes too long', async () => {
  await using rig = await createExternalRig();
  const { id } = await rig.idle();
  rig.livy.state.intercept = () => true;
  rig.livy.heard();
  const held = rig.call('GET', `/sessions/${id}`);
  await rig.livy.until(({ method }) => method === 'GET');
  rig.clock.advance(60_001);
  const answer = await held;
  expect([answer.status, answer.body.msg]).toEqual([
    503,
    `The Livy of this project can't be asked: ${rig.livy.host} takes too long to answer.`,
  ]);
});

test('an answer that is too long is not kept in memory', async () => {
  await using rig = await createExternalRig();
  const { id } = await rig.idle();
  const line = 'x'.repeat(1024 * 1024);
  rig.livy.state.intercept = (_asked, response) => {
    response.writeHead(200).write('{"log":["');
    for (let sent = 0; sent < 40; sent++) response.write(line);
    response.on('error', () => undefined).end('"]}');
    return true;
  };
  const answer = await rig.call('GET', `/sessions/${id}/log`);
  expect([answer.status, answer.body.msg]).toEqual([503, expect.stringContaining('more than 32 MB')]);
});
