import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { SessionExecutor, SessionSample } from '@emberlab/contract';
import { expect, test } from 'vitest';
import { createExternalRig } from '../external/testing/external-rig.ts';
import { createApi } from '../testing/api.ts';
import type { FakeAgent } from '../testing/fake-agent.ts';
import { createRig, type Rig } from '../testing/rig.ts';
import { quietSample } from '../testing/samples.ts';

/** Lets an agent say what it has measured; resolves when those who look have been told. */
async function measure(rig: Rig, id: number, agent: FakeAgent, sample: Partial<SessionSample> = {}): Promise<void> {
  const told = Promise.withResolvers<void>();
  const stop = rig.deps.bus.subscribe((change) => {
    const event = change.present({ userId: 'somebody', role: 'owner' });
    if (event?.type === 'session-measured' && event.id === id) told.resolve();
  });
  agent.say({ type: 'sample', ...quietSample, ...sample });
  await told.promise;
  stop();
}

test('what a driver measures is there over time, also once it has ended, until its session is forgotten', async () => {
  await using rig = await createRig({ limits: { keptMs: 60_000 } });
  await using api = await createApi(rig);
  const { id, agent } = await rig.idle();
  const history = async (query = '') => (await api.call('GET', `/sessions/${id}/metrics${query}`, rig.ada)).body;
  expect(await history()).toEqual({ points: [], statements: [], note: null });
  await measure(rig, id, agent);
  rig.clock.advance(2000);
  await measure(rig, id, agent, { activeTasks: 2, executorHeapPeakBytes: 7 });
  const first = new Date(rig.clock.now() - 2000).toISOString();
  const second = new Date(rig.clock.now()).toISOString();
  expect((await history()).points).toEqual([
    { at: first, ...quietSample },
    { at: second, ...quietSample, activeTasks: 2, executorHeapPeakBytes: 7 },
  ]);
  expect((await history(`?since=${first}`)).points).toMatchObject([{ at: second }]);
  expect((await history(`?since=${second}`)).points).toEqual([]);

  await rig.call('POST', `/sessions/${id}/statements`, { body: { code: 'x' } });
  const startedAt = rig.clock.now();
  agent.answer((await agent.heard('run')).id, 'x', startedAt);
  await rig.until((session) => session.id === id && session.state === 'idle');
  await rig.restart();
  await using later = await createApi(rig);
  expect((await later.call('GET', `/sessions/${id}/metrics`, rig.ada)).body).toMatchObject({
    points: [{ at: first }, { at: second }],
    statements: [{ id: 0, startedAt: second, completedAt: new Date(startedAt + 1).toISOString() }],
  });
  await later.call('DELETE', `/sessions/${id}`, rig.ada);
  await rig.reconcile();
  await rig.until((session) => session.id === id && session.endedAt !== null);
  expect((await later.call('GET', `/sessions/${id}/metrics`, rig.ada)).body.points).toHaveLength(2);
  await rig.pass(130_000);
  expect(await rig.db.selectFrom('session_samples').selectAll().execute()).toEqual([]);
});

const paths = ['metrics', 'executors', 'executors/1/log', 'executors/driver/log'];

test('metrics, executors and their logs are for a session’s owner and for owners of the project; others find nothing', async () => {
  await using rig = await createRig();
  await using api = await createApi(rig);
  const bea = await rig.user('bea@example.org', 'editor');
  const cem = await rig.user('cem@example.org', 'editor');
  const vic = await rig.user('vic@example.org', 'viewer');
  const sam = await rig.user('sam@example.org', null);
  const { id, agent } = await rig.idle({ name: 'hers' }, bea);
  const told: (string | null)[] = [];
  rig.deps.bus.subscribe((change) => {
    for (const { id: userId } of [bea, cem, rig.ada]) {
      const role = userId === rig.ada.id ? 'owner' : 'editor';
      if (change.present({ userId, role })?.type === 'session-measured') told.push(userId);
    }
  });
  await measure(rig, id, agent);
  expect(told).toEqual([bea.id, rig.ada.id]);
  for (const path of paths) {
    for (const who of [cem, vic, sam]) {
      const answer = await api.call('GET', `/sessions/${id}/${path}`, who);
      expect([path, who.email, answer.status, answer.body.code]).toEqual([path, who.email, 404, 'not_found']);
    }
    // exactly what is answered for a session that never was
    expect((await api.call('GET', `/sessions/999/${path}`, rig.ada)).body.code).toBe('not_found');
  }
  expect(agent.received.filter(({ type }) => type === 'ask')).toEqual([]);
  for (const who of [bea, rig.ada]) {
    expect((await api.call('GET', `/sessions/${id}/metrics`, who)).body.points).toHaveLength(1);
    expect((await api.call('GET', `/sessions/${id}/executors/driver/log`, who)).status).toBe(200);
  }
});

test('executors are those that the driver has now', async () => {
  await using rig = await createRig();
  await using api = await createApi(rig);
  const created = await rig.call('POST', '/sessions', { body: { kind: 'pyspark' } });
  const { id } = created.body as { id: number };
  const executors = async () => (await api.call('GET', `/sessions/${id}/executors`, rig.ada)).body;
  expect(await executors()).toMatchObject({ items: [], note: expect.stringContaining('still starting') });
  const agent = await rig.agent(id);
  const idle = rig.until((session) => session.id === id && session.state === 'idle');
  agent.ready();
  await idle;
  const executor: SessionExecutor = {
    id: '1',
    host: 'worker:7078',
    active: true,
    cores: 2,
    memoryUsedBytes: 1,
    memoryTotalBytes: 2,
    activeTasks: 0,
    completedTasks: 3,
    failedTasks: 1,
    addedAt: null,
    removedAt: null,
    removeReason: null,
    logs: ['stderr'],
  };
  const asked = executors();
  const { request } = await agent.heard('ask', (frame) => frame.what === 'executors');
  agent.say({
    type: 'answer',
    request,
    value: [
      { ...executor, addedAt: 1000 },
      { ...executor, addedAt: -1 },
    ],
  });
  // a time that is none is left out, what is no executor at all is not shown
  expect((await asked).items.map((one: SessionExecutor) => one.addedAt)).toEqual(['1970-01-01T00:00:01.000Z', null]);
  const third = executors();
  const odd = await agent.heard('ask', (frame) => frame.request > request);
  agent.say({ type: 'answer', request: odd.request, value: [{ ...executor, cores: -1 }] });
  expect(await third).toMatchObject({ code: 'driver_away', message: expect.stringContaining('understood') });
  const again = executors();
  const second = await agent.heard('ask', (frame) => frame.request > odd.request);
  agent.say({ type: 'answer', request: second.request, value: [{ ...executor, addedAt: 1000 }] });
  expect(await again).toEqual({ items: [{ ...executor, addedAt: new Date(1000).toISOString() }], note: null });
  await api.call('DELETE', `/sessions/${id}`, rig.ada);
  expect(await executors()).toMatchObject({ items: [], note: expect.stringContaining('has ended') });
  const log = await api.call('GET', `/sessions/${id}/executors/1/log`, rig.ada);
  expect([log.status, log.body.code]).toEqual([409, 'log_unavailable']);
});

test('logs of executors that are files of ours are read without the driver, also after its end', async () => {
  await using rig = await createRig();
  await using api = await createApi(rig);
  const { id, agent } = await rig.idle();
  const folder = join(dirname(rig.deps.engine.logs(id).stderr), 'executor-logs');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, '4.stderr'), 'a line of it\n');
  await symlink(rig.deps.engine.logs(id).stderr, join(folder, '5.stderr'));
  const log = (executor: string, query = '') =>
    api.call('GET', `/sessions/${id}/executors/${executor}/log${query}`, rig.ada);
  expect((await log('4')).text).toBe('a line of it\n');
  expect((await log('4', '?from=2&size=4')).text).toBe('line');
  await agent.close();
  rig.fake.driver(id).exit();
  await rig.until((session) => session.id === id && session.endedAt !== null);
  expect((await log('4')).text).toBe('a line of it\n');
  expect((await log('5')).status).toBe(409);
  const { items, note } = (await api.call('GET', `/sessions/${id}/executors`, rig.ada)).body;
  expect(items).toMatchObject([{ id: '4', active: false, logs: ['stdout', 'stderr'] }]);
  expect(note).toMatch(/has ended.*kept/);
});

test('an executor that cannot be read is explained in the words of the driver, one that is away is asked again later', async () => {
  await using rig = await createRig();
  await using api = await createApi(rig);
  const { id, agent } = await rig.idle();
  const asked = api.call('GET', `/sessions/${id}/executors/4/log?stream=stdout&from=7&size=9`, rig.ada);
  const { request, ...question } = await agent.heard('ask');
  expect(question).toEqual({ type: 'ask', what: 'executorLog', executor: '4', stream: 'stdout', from: 7, size: 9 });
  agent.say({ type: 'answer', request, error: 'The worker is gone.' });
  const refused = await asked;
  expect([refused.status, refused.body]).toEqual([
    409,
    { code: 'log_unavailable', message: 'The worker is gone.', details: [] },
  ]);
  await agent.close();
  const away = await api.call('GET', `/sessions/${id}/executors`, rig.ada);
  expect([away.status, away.body.code]).toEqual([503, 'driver_away']);
});

test('of a session on a project’s own Livy there is nothing but a sentence', async () => {
  await using rig = await createExternalRig();
  const { id } = (await rig.call('POST', '/sessions', { body: { kind: 'pyspark' } })).body;
  const note = expect.stringContaining('runs on the project’s own Livy');
  expect((await rig.api('GET', `/sessions/${id}/metrics`)).body).toEqual({ points: [], statements: [], note });
  expect((await rig.api('GET', `/sessions/${id}/executors`)).body).toEqual({ items: [], note });
  const log = await rig.api('GET', `/sessions/${id}/executors/1/log`);
  expect([log.status, log.body]).toEqual([409, { code: 'log_unavailable', message: note, details: [] }]);
});
