import { symlink, writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import type { ControlFrame } from '../link/frames.ts';
import type { FakeAgent } from '../testing/fake-agent.ts';
import { createRig, testApplication, type Rig } from '../testing/rig.ts';
import { emptyJar } from '../testing/jar.ts';

type Ask = Extract<ControlFrame, { type: 'ask' }>;

const complete = (rig: Rig, id: number, body: Record<string, unknown>) =>
  rig.call('POST', `/sessions/${id}/completion`, { body });

/** The n-th question that an agent gets, from 1. */
const asked = async (agent: FakeAgent, n: number): Promise<Ask> => {
  await agent.heard('ask', (frame) => frame.request === n);
  return agent.received.find((frame): frame is Ask => frame.type === 'ask' && frame.request === n) as Ask;
};

test('completion is answered by the driver, also while a statement runs', async () => {
  await using rig = await createRig();
  const { id, agent } = await rig.idle();
  await rig.call('POST', `/sessions/${id}/statements`, { body: { code: 'x' } });
  agent.say({ type: 'started', id: 0, startedAt: 1 });
  const answer = complete(rig, id, { code: 'spark.ver', kind: 'scala', cursor: '9' });
  expect(await asked(agent, 1)).toEqual({
    type: 'ask',
    request: 1,
    what: 'complete',
    kind: 'spark',
    code: 'spark.ver',
    cursor: 9,
  });
  agent.say({ type: 'answer', request: 1, value: { candidates: ['version'], start: 6, end: 9 } });
  expect(await answer).toMatchObject({
    status: 200,
    body: { candidates: ['version'] },
    headers: { 'emberlab-completion-start': '6', 'emberlab-completion-end': '9' },
  });
  expect(Object.keys((await answer).body)).toEqual(['candidates']);
});

test('completion: the session’s kind and the end of the code are what is meant when nothing is said', async () => {
  await using rig = await createRig();
  const { id, agent } = await rig.idle({ kind: 'sparkr' });
  for (const [n, [cursor, sent]] of [
    [undefined, 3],
    [null, 3],
    [1, 1],
    [99, 3],
  ].entries()) {
    // characters: the second is two UTF-16 units
    const answer = complete(rig, id, { code: 'a🙂b', cursor });
    expect(await asked(agent, n + 1)).toMatchObject({ kind: 'sparkr', cursor: sent });
    agent.say({ type: 'answer', request: n + 1, value: { candidates: [], start: 0, end: 0 } });
    expect((await answer).body).toEqual({ candidates: [] });
  }
});

test('a driver that can’t complete has no candidates', async () => {
  await using rig = await createRig();
  const { id, agent } = await rig.idle();
  const body = { code: 'x' };
  for (const [n, answer] of [
    { error: 'No.' },
    { value: null },
    { value: { candidates: 'x' } },
    { value: { candidates: [1], start: 0, end: 0 } },
    {},
  ].entries()) {
    const got = complete(rig, id, body);
    await asked(agent, n + 1);
    agent.say({ type: 'answer', request: n + 1, ...answer });
    expect([answer, (await got).status, (await got).body]).toEqual([answer, 200, { candidates: [] }]);
  }
  // one that takes too long
  const late = complete(rig, id, body);
  await asked(agent, 6);
  rig.clock.advance(11_000);
  expect((await late).body).toEqual({ candidates: [] });
  agent.say({ type: 'answer', request: 6, value: { candidates: ['late'], start: 0, end: 0 } });
  // one that goes away while it is asked, and one that is away
  const lost = complete(rig, id, body);
  await asked(agent, 7);
  await agent.close();
  expect((await lost).body).toEqual({ candidates: [] });
  expect((await complete(rig, id, body)).body).toEqual({ candidates: [] });
  // the next connection answers its own questions
  const again = await rig.agent(id, { application: testApplication });
  await rig.call('POST', `/sessions/${id}/statements`, { body: { code: 'x' } });
  await again.heard('run');
  const got = complete(rig, id, body);
  await asked(again, 1);
  again.say({ type: 'answer', request: 1, value: { candidates: ['y'], start: 0, end: 1 } });
  expect((await got).body).toEqual({ candidates: ['y'] });
});

test('more candidates than anybody reads are cut', async () => {
  await using rig = await createRig();
  const { id, agent } = await rig.idle();
  const got = complete(rig, id, { code: 'x' });
  await asked(agent, 1);
  const candidates = Array.from({ length: 501 }, (_, i) => `c${i}`);
  agent.say({ type: 'answer', request: 1, value: { candidates, start: 0, end: 1 } });
  expect((await got).body.candidates).toEqual(candidates.slice(0, 500));
});

test('questions that say nothing are refused, as are those to a session that is not ready', async () => {
  await using rig = await createRig();
  const { id } = await rig.idle({ kind: 'shared' });
  for (const body of [
    {},
    { code: 1 },
    { code: 'x', kind: 'zz' },
    { code: 'x', kind: 'sql', cursor: -1 },
    { code: 'x' },
  ]) {
    expect([body, (await complete(rig, id, body)).status]).toEqual([body, 400]);
  }
  for (const body of [{}, { uri: '' }, { uri: 1 }, { uri: 'hdfs://a/b.jar', more: 1 }]) {
    expect([body, (await rig.call('POST', `/sessions/${id}/add-jar`, { body })).status]).toEqual([body, 400]);
  }
  const { body: starting } = await rig.call('POST', '/sessions', { body: { kind: 'pyspark' } });
  const msg = 'java.lang.IllegalStateException: Session is in state starting';
  expect(await complete(rig, starting.id, { code: 'x' })).toMatchObject({ status: 409, body: { msg } });
  expect(await rig.call('POST', `/sessions/${starting.id}/add-file`, { body: { uri: 'hdfs://a/b' } })).toMatchObject({
    status: 409,
    body: { msg },
  });
});

test.for([
  ['jar', 'jar'],
  ['pyfile', 'pyFile'],
  ['file', 'file'],
] as const)('add-%s is done once the driver says so', async ([word, as]) => {
  await using rig = await createRig();
  const { id, agent } = await rig.idle();
  const uri = `${rig.projectFolder}/lib.jar`;
  await writeFile(uri, emptyJar);
  const add = () => rig.call('POST', `/sessions/${id}/add-${word}`, { body: { uri } });
  const added = add();
  expect(await asked(agent, 1)).toEqual({ type: 'ask', request: 1, what: 'add', as, uri });
  agent.say({ type: 'answer', request: 1, value: null });
  expect((await added).status).toBe(200);

  const refused = add();
  await asked(agent, 2);
  agent.say({ type: 'answer', request: 2, error: 'There is no such jar.' });
  expect(await refused).toMatchObject({ status: 400, body: { msg: 'There is no such jar.' } });

  const late = add();
  await asked(agent, 3);
  rig.clock.advance(120_000);
  expect(await late).toMatchObject({ status: 409, body: { msg: 'The Spark driver did not answer within 120 s.' } });

  const lost = add();
  await asked(agent, 4);
  await agent.close();
  const away = { status: 409, body: { msg: 'The Spark driver is not connected at the moment. Please try again.' } };
  expect(await lost).toMatchObject(away);
  expect(await add()).toMatchObject(away);
});

test('what is not a jar is not added as one, and the driver is not asked', async () => {
  await using rig = await createRig();
  const { id, agent } = await rig.idle();
  await writeFile(`${rig.projectFolder}/words.csv`, 'word');
  await writeFile(`${rig.projectFolder}/words.jar`, 'word');
  // Scala's compiler goes by the name, too
  await writeFile(`${rig.projectFolder}/words.bin`, emptyJar);
  for (const name of ['words.csv', 'words.jar', 'words.bin']) {
    const { status, body } = await rig.call('POST', `/sessions/${id}/add-jar`, {
      body: { uri: `${rig.projectFolder}/${name}` },
    });
    expect([status, body.msg]).toEqual([400, expect.stringContaining(`${name} is not a jar. Please name a file`)]);
  }
  expect(agent.received).toEqual([]);
});

test('what is added must lie in the project, or on another file system', async () => {
  await using rig = await createRig();
  const { id, agent } = await rig.idle();
  await symlink('/etc', `${rig.projectFolder}/out`);
  for (const word of ['jar', 'pyfile', 'file']) {
    for (const uri of [
      '/etc/passwd',
      'file:///etc/passwd',
      'FILE:/etc/passwd',
      'local:/etc/passwd',
      `${rig.projectFolder}/out/passwd`,
      `${rig.projectFolder}/absent`,
      `${rig.projectFolder}/../../x`,
      `hdfs://a/b,/etc/passwd`,
      'lib.jar',
    ]) {
      const { status, body } = await rig.call('POST', `/sessions/${id}/add-${word}`, { body: { uri } });
      expect([word, uri, status]).toEqual([word, uri, 400]);
      expect(body.msg).toMatch(/^Rejected, Reason: requirement failed: /);
    }
  }
  expect(agent.received).toEqual([]);
  const added = rig.call('POST', `/sessions/${id}/add-file`, { body: { uri: 'hdfs://namenode/a.csv' } });
  expect((await asked(agent, 1)).what).toBe('add');
  agent.say({ type: 'answer', request: 1, value: null });
  expect((await added).status).toBe(200);
});

test('inspection is answered by the driver; nothing is known where it can’t say', async () => {
  await using rig = await createRig();
  const { id, agent } = await rig.idle();
  for (const [n, [answer, text]] of (
    [
      [{ value: { text: 'Type: int' } }, 'Type: int'],
      [{ value: { text: null } }, null],
      [{ value: { text: 7 } }, null],
      [{ error: 'No.' }, null],
    ] as const
  ).entries()) {
    const got = rig.call('POST', `/sessions/${id}/inspection`, { body: { code: 'spark', cursor: 2 } });
    expect(await asked(agent, n + 1)).toMatchObject({ what: 'inspect', kind: 'pyspark', code: 'spark', cursor: 2 });
    agent.say({ type: 'answer', request: n + 1, ...answer });
    expect(await got).toMatchObject({ status: 200, body: { text } });
  }
});

test('variables are what the driver has of the session’s kind, also while a statement waits', async () => {
  await using rig = await createRig();
  const { id, agent } = await rig.idle();
  await rig.call('POST', `/sessions/${id}/statements`, { body: { code: 'x' } });
  const variables = [{ name: 'x', type: 'int', value: '6' }];
  const got = rig.call('GET', `/sessions/${id}/variables`);
  expect(await asked(agent, 1)).toEqual({ type: 'ask', request: 1, what: 'variables', kind: 'pyspark' });
  agent.say({ type: 'answer', request: 1, value: { variables } });
  expect(await got).toMatchObject({ status: 200, body: { variables } });
  const busy = rig.call('GET', `/sessions/${id}/variables`);
  await asked(agent, 2);
  agent.say({ type: 'answer', request: 2, value: { variables: null } });
  expect((await busy).body).toEqual({ variables: null });
});
