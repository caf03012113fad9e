import { expect, test, vi } from 'vitest';
import { seedServer } from '../../../testing/database.ts';
import { createRig, type TestUser } from '../testing/rig.ts';
import type { SparkServer } from './options.ts';

const GB = 1024 ** 3;
const minutes = 60_000;
/** as sparkmagic writes it: numbers in `conf`, and its own order */
const asked = { driverCores: 1, driverMemory: '1024m', conf: { 'spark.b': 'x', 'spark.a': 2 } };

/** A rig in which ada has a Jupyter server with Spark. */
async function make({ sparkR = false } = {}) {
  const servers: SparkServer[] = [];
  const memory = { totalBytes: 32 * GB, availableBytes: 16 * GB };
  const rig = await createRig({
    ahead: {
      idleMs: 15 * minutes,
      budgetBytes: 8 * GB,
      servers: async () => servers,
      hasSparkR: async () => sparkR,
      memory: () => memory,
    },
  });
  const server = { serverId: 'server1', projectId: rig.projectId, projectName: 'demo', userId: rig.ada.id };
  await seedServer(rig.db, { id: 'server1', projectId: rig.projectId, userId: rig.ada.id });
  const sessionDefaults = { driverMemory: '1024m', driverCores: 1, conf: { 'spark.a': '2', 'spark.b': 'x' } };
  servers.push({ ...server, sessionDefaults });
  /** ada's kernels of that server, or of another */
  const kernel = (serverId = 'server1'): TestUser => ({ ...rig.ada, email: `${rig.ada.email}@server:${serverId}` });
  const rows = () =>
    rig.db.selectFrom('sessions').select(['id', 'state', 'stop_reason', 'ahead_key']).orderBy('id').execute();
  const test = {
    rig,
    servers,
    memory,
    kernel,
    rows,
    live: async () => (await rows()).filter((row) => row.state !== 'dead').map((row) => row.id),
    /** Lets a driver come up that is started ahead; answers its id and its agent. */
    async ready() {
      await rig.reconcile();
      const id = (await rows()).findLast((row) => row.ahead_key !== null && row.state === 'starting')?.id;
      if (id === undefined) throw new Error('none was started ahead');
      await rig.reconcile();
      const agent = await rig.agent(id);
      const idle = rig.until((session) => session.id === id && session.state === 'idle');
      agent.ready();
      await idle;
      return { id, agent };
    },
    post: (body: Record<string, unknown> = {}, as = kernel(), headers: Record<string, string> = {}) =>
      rig.call('POST', '/sessions', { body: { kind: 'pyspark', ...asked, ...body }, as, headers }),
    /** Lets a driver's process end, and what follows from that happen. */
    async ended(id: number) {
      rig.fake.driver(id).exit({ code: 1 });
      const dead = rig.until((session) => session.id === id && session.state === 'dead');
      await rig.reconcile();
      await dead;
    },
    [Symbol.asyncDispose]: () => rig[Symbol.asyncDispose](),
  };
  return test;
}

test('a server gets a driver that nobody sees but its owner, until a notebook takes it and finds it idle', async () => {
  await using it = await make();
  const { rig } = it;
  const { id, agent } = await it.ready();
  expect(rig.fake.launched).toMatchObject([
    { kind: 'shared', properties: { 'spark.driver.memory': '1024m', 'spark.a': '2' } },
  ]);
  expect((await rig.call('GET', '/sessions')).body.total).toBe(0);
  expect((await rig.call('GET', `/sessions/${id}`)).status).toBe(404);
  expect(await rig.sessions.countLive([rig.projectId])).toEqual(new Map());
  expect(rig.changes.at(-1)).toMatchObject({ id, state: 'idle', startedAhead: { driverMemoryMb: 1024 } });
  expect(rig.state.touched).toEqual([]);

  rig.clock.advance(5 * minutes);
  const headers = { 'emberlab-notebook': 'churn.ipynb', 'idempotency-key': 'post-number-1' };
  const taken = await it.post({ name: 'mine', heartbeatTimeoutInSecond: 60 }, it.kernel(), headers);
  expect([taken.status, taken.headers['location']]).toEqual([201, `/sessions/${id}`]);
  expect(taken.body).toMatchObject({ id, name: 'mine', kind: 'pyspark', state: 'idle', driverMemory: '1024m' });
  expect(rig.changes.at(-1)).toMatchObject({ id, name: 'mine', notebook: 'churn.ipynb', startedAhead: null });
  expect(rig.state.touched).toEqual([rig.projectId]);
  expect((await it.post({ name: 'mine' }, it.kernel(), headers)).body.id).toBe(id);
  expect((await it.post({ name: 'mine' })).status).toBe(400);

  await rig.call('POST', `/sessions/${id}/statements`, { body: { code: '1' } });
  expect(await agent.heard('run')).toMatchObject({ id: 0, code: '1', kind: 'pyspark' });
  expect(await it.live()).toEqual([id]);
  // its heartbeat counts from now on
  rig.clock.advance(59_000);
  await rig.reconcile();
  expect(await it.live()).toContain(id);
});

test.each([
  ['another user', async (it: Awaited<ReturnType<typeof make>>) => it.post({}, await it.rig.user('bob@x', 'editor'))],
  ['no server', async (it: Awaited<ReturnType<typeof make>>) => it.post({}, it.rig.ada)],
  [
    'another server',
    async (it: Awaited<ReturnType<typeof make>>) => {
      await it.rig.db.updateTable('servers').set({ ended_at: 1 }).execute();
      await seedServer(it.rig.db, { id: 'server2', projectId: it.rig.projectId, userId: it.rig.ada.id });
      return it.post({}, it.kernel('server2'));
    },
  ],
  ['more memory', async (it: Awaited<ReturnType<typeof make>>) => it.post({ driverMemory: '2g' })],
  [
    'another property',
    async (it: Awaited<ReturnType<typeof make>>) => it.post({ conf: { ...asked.conf, 'spark.c': 1 } }),
  ],
  ['R where there is none', async (it: Awaited<ReturnType<typeof make>>) => it.post({ kind: 'sparkr' })],
  [
    'another environment',
    async (it: Awaited<ReturnType<typeof make>>) => {
      it.rig.state.python = '/environments/2/bin/python';
      return it.post();
    },
  ],
])('a request with %s does not get it', async (_what, post) => {
  await using it = await make();
  const { id } = await it.ready();
  const { status, body } = await post(it);
  expect([status, body.id === id, body.state]).toEqual([201, false, 'starting']);
});

test.each(['sql', 'shared', 'spark'])('a session of the kind %s takes it too', async (kind) => {
  await using it = await make();
  const { id } = await it.ready();
  expect((await it.post({ kind })).body).toMatchObject({ id, kind, state: 'idle' });
});

test('where there is R, SparkR takes it too; Scala and R warm up in it while it waits, and in no other driver', async () => {
  await using it = await make({ sparkR: true });
  const { id } = await it.ready();
  expect(it.rig.fake.driver(id).spec.warmKinds).toEqual(['spark', 'sparkr']);
  expect((await it.post({ kind: 'sparkr' })).body).toMatchObject({ id, kind: 'sparkr', state: 'idle' });
  const own = (await it.post({ kind: 'sparkr' })).body.id as number;
  await it.rig.reconcile();
  const driver = await vi.waitFor(() => it.rig.fake.driver(own));
  expect([own === id, driver.spec.warmKinds]).toEqual([false, []]);
});

test('one that still starts is taken as well, and of two who ask at once one gets it', async () => {
  await using it = await make();
  await it.rig.reconcile();
  const [[row], both] = [await it.rows(), await Promise.all([it.post(), it.post()])];
  const ids = both.map((answer) => answer.body.id);
  expect(ids).toContain(row?.id);
  expect(new Set(ids).size).toBe(2);
  expect(both.map((answer) => answer.body.state)).toEqual(['starting', 'starting']);
});

test('the next one starts when the session that took it has settled', async () => {
  await using it = await make();
  const { id } = await it.ready();
  await it.post();
  await it.rig.reconcile();
  expect(await it.live()).toEqual([id]);
  await it.rig.pass(15_000);
  expect(await it.live()).toEqual([id, id + 1]);
});

test('nobody takes it: it goes, and none comes until Spark is used again', async () => {
  await using it = await make();
  const { id } = await it.ready();
  await it.rig.pass(15 * minutes);
  expect((await it.rows())[0]).toMatchObject({ state: 'shutting_down', stop_reason: 'unused' });
  await it.ended(id);
  await it.rig.pass(2 * minutes);
  expect(await it.live()).toEqual([]);
  const other = await it.post();
  expect(other.body.state).toBe('starting');
  const agent = await it.rig.agent(other.body.id);
  const idle = it.rig.until((session) => session.id === other.body.id && session.state === 'idle');
  agent.ready();
  await idle;
  await it.rig.pass(30_000);
  expect(await it.live()).toEqual([other.body.id, other.body.id + 1]);
});

test('it goes with its server, its configuration and its environment, and when memory runs out', async () => {
  await using it = await make();
  const first = await it.ready();
  it.rig.state.python = '/environments/2/bin/python';
  await it.rig.reconcile();
  expect((await it.rows())[0]).toMatchObject({ state: 'shutting_down', stop_reason: 'stale' });
  await it.ended(first.id);
  const second = await it.ready();
  it.memory.availableBytes = 2 * GB;
  await it.rig.reconcile();
  expect((await it.rows())[1]).toMatchObject({ state: 'shutting_down', stop_reason: 'room' });
  await it.ended(second.id);
  it.memory.availableBytes = 16 * GB;
  await it.rig.pass(2 * minutes);
  const third = (await it.live())[0];
  await it.rig.sessions.stopForServer('server1');
  it.servers.pop();
  expect((await it.rows()).at(-1)).toMatchObject({ id: third, state: 'shutting_down', stop_reason: 'server' });
});

test('it is found again after a restart, and taken', async () => {
  await using it = await make();
  const { id, agent } = await it.ready();
  await agent.close();
  await it.rig.restart();
  await it.rig.reconcile();
  expect(await it.live()).toEqual([id]);
  expect((await it.post()).body.id).toBe(id);
});

test('one that fails is not tried again at once, and nothing is started for what would be refused', async () => {
  await using it = await make();
  await it.rig.reconcile();
  await it.rig.reconcile();
  const [row] = await it.rows();
  await it.rig.driver(row?.id ?? 0);
  await it.ended(row?.id ?? 0);
  await it.rig.reconcile();
  expect(await it.live()).toEqual([]);
  await it.rig.pass(60_000);
  expect(await it.live()).toHaveLength(1);

  const [server] = it.servers.splice(0);
  if (server === undefined) throw new Error('no server');
  it.servers.push({ ...server, sessionDefaults: { conf: { 'spark.master': 'yarn' } } });
  await it.rig.reconcile();
  expect((await it.rows()).at(-1)).toMatchObject({ state: 'shutting_down', stop_reason: 'stale' });
  expect(it.rig.fake.launched.length).toBeLessThanOrEqual(2);
});

test('no event log is kept of a driver that nobody took', async () => {
  await using it = await make();
  const { id } = await it.ready();
  it.rig.fake.eventLogs.logs.set(id, ['local-1']);
  await it.ended(id);
  expect(it.rig.fake.eventLogs.logs.has(id)).toBe(false);
});
