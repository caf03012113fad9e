import { writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { LimitKind } from '@emberlab/contract';
import { describe, expect, it } from 'vitest';
import { seedServer } from '../../testing/database.ts';
import { localFacts, localProperties } from '../../engines/local/properties.ts';
import { demandOf, memoryOf, type DriverShape } from './demand.ts';
import { createExternalRig } from './external/testing/external-rig.ts';
import { sparkProperties } from './spark-properties.ts';
import { createRig, type Rig } from './testing/rig.ts';

const gb = 1024 ** 3;
const limit = ({ db, ada }: Rig, kind: LimitKind, value: number | null) =>
  db
    .insertInto('user_limits')
    .values({ user_id: ada.id, kind, value })
    .onConflict((conflict) => conflict.columns(['user_id', 'kind']).doUpdateSet({ value }))
    .execute();
const open = (rig: Rig, body: Record<string, unknown> = {}, headers: Record<string, string> = {}) =>
  rig.call('POST', '/sessions', { body: { kind: 'pyspark', ...body }, headers });

describe('the room for sessions', () => {
  it('is refused in Livy’s form when the limit is reached, with a status that clients do not repeat', async () => {
    await using rig = await createRig();
    await limit(rig, 'sessions', 1);
    const headers = { 'idempotency-key': 'post-number-1' };
    const first = await open(rig, {}, headers);
    expect(first.status).toBe(201);
    const second = await open(rig);
    expect([second.status, second.body]).toEqual([
      429,
      {
        msg: 'Rejected, Reason: You may have 1 Spark session at a time, in all your projects together: 1 in use, and this would be one more. Please stop one, or end its kernel; an administrator can raise the limit.',
      },
    ]);
    // A repetition of what was let in is answered as it was.
    expect((await open(rig, {}, headers)).body.id).toBe(first.body.id);
    expect(await rig.db.selectFrom('sessions').select('id').execute()).toHaveLength(1);
  });

  it('is there again once one has ended, and not before', async () => {
    await using rig = await createRig();
    await limit(rig, 'sessions', 1);
    const { id } = await rig.idle();
    expect((await open(rig)).status).toBe(429);
    rig.fake.driver(id).exit({ code: 0 });
    const dead = rig.until((session) => session.id === id && session.state === 'dead');
    await rig.reconcile();
    await dead;
    expect((await open(rig)).status).toBe(201);
  });

  it('is shared with batches, and no two get the last place', async () => {
    await using rig = await createRig();
    const file = join(rig.projectFolder, 'job.py');
    await writeFile(file, '');
    await limit(rig, 'sessions', 3);
    const batch = () => rig.call('POST', '/batches', { body: { file } });
    const answers = await Promise.all([batch(), open(rig), batch(), open(rig), batch(), open(rig)]);
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 201, 201, 429, 429, 429]);
    expect((await rig.sessions.limited.taken()).length).toBe(3);
  });

  it('is that of the memory and the cores that drivers ask', async () => {
    await using rig = await createRig();
    await limit(rig, 'memory', 4 * gb);
    await limit(rig, 'cores', 3);
    expect((await open(rig, { driverMemory: '3g', driverCores: 2 })).status).toBe(201);
    expect((await open(rig, { driverMemory: '2g' })).body.msg).toContain('3 GB in use, and this asks for 2 GB');
    expect((await open(rig, { driverMemory: '1g', driverCores: 2 })).body.msg).toContain(
      '2 in use, and this asks for 2',
    );
    expect((await open(rig, { driverMemory: '1g' })).status).toBe(201);
  });

  it('is not there for what takes files, where these take more than they may', async () => {
    await using rig = await createRig();
    const { id } = await rig.idle();
    await rig.db
      .insertInto('disk_uses')
      .values({ project_id: rig.projectId, user_id: '', bytes: 2 * gb, measured_at: rig.clock.now() })
      .execute();
    await rig.db.insertInto('project_limits').values({ project_id: rig.projectId, kind: 'disk', value: gb }).execute();
    expect(await open(rig)).toMatchObject({ status: 429, body: { msg: expect.stringContaining('2 GB of the 1 GB') } });
    const form = await rig.call('POST', `/sessions/${id}/upload-file`, { raw: 'x' });
    expect(form).toMatchObject({ status: 429, body: { msg: expect.stringContaining('Nothing is deleted') } });
    // What runs goes on.
    expect((await rig.call('GET', `/sessions/${id}/state`)).body.state).toBe('idle');
  });

  it('on a project’s Livy is counted as sessions, and nothing is asked of that Livy where there is none', async () => {
    await using external = await createExternalRig();
    const { rig, livy } = external;
    await limit(rig, 'sessions', 1);
    await limit(rig, 'memory', 1);
    expect((await open(rig, { driverMemory: '8g' })).status).toBe(201);
    expect((await open(rig)).status).toBe(429);
    expect(livy.state.sessions).toHaveLength(1);
  });
});

describe('a driver started ahead', () => {
  async function withServer() {
    const serverId = 'server1';
    const servers = [] as {
      serverId: string;
      projectId: string;
      projectName: string;
      userId: string;
      sessionDefaults: object;
    }[];
    const rig = await createRig({
      ahead: {
        idleMs: 900_000,
        budgetBytes: 8 * gb,
        servers: async () => servers as never,
        hasSparkR: async () => false,
        memory: () => ({ totalBytes: 32 * gb, availableBytes: 16 * gb }),
      },
    });
    await seedServer(rig.db, { id: serverId, projectId: rig.projectId, userId: rig.ada.id });
    const { projectId } = rig;
    servers.push({
      serverId,
      projectId,
      projectName: 'demo',
      userId: rig.ada.id,
      sessionDefaults: { driverMemory: '1g' },
    });
    const ahead = () =>
      rig.db
        .selectFrom('sessions')
        .select(['state', 'stop_reason'])
        .where('ahead_key', 'is not', null)
        .orderBy('id')
        .execute();
    return { rig, ahead, kernel: { ...rig.ada, email: `${rig.ada.email}@server:${serverId}` } };
  }

  it('is not started where there is no room for it', async () => {
    const { rig, ahead } = await withServer();
    await using _ = rig;
    await limit(rig, 'sessions', 0);
    await rig.reconcile();
    expect(await ahead()).toEqual([]);
    await limit(rig, 'sessions', 1);
    // Not asked for every second.
    await rig.reconcile();
    expect(await ahead()).toEqual([]);
    await rig.pass(60_000);
    expect(await ahead()).toMatchObject([{ state: 'starting' }]);
  });

  it('counts as a session, and gives way to one that somebody asks for', async () => {
    const { rig, ahead } = await withServer();
    await using _ = rig;
    await limit(rig, 'sessions', 1);
    await rig.reconcile();
    expect(await rig.sessions.limited.taken()).toMatchObject([{ kind: 'session', yields: true }]);
    expect((await open(rig, { driverMemory: '2g' })).status).toBe(201);
    await rig.reconcile();
    expect(await ahead()).toMatchObject([{ stop_reason: 'room' }]);
  });

  it('is taken as the one session that there is room for, and by nobody once another has that', async () => {
    const { rig, ahead, kernel } = await withServer();
    await using _ = rig;
    await limit(rig, 'sessions', 1);
    await rig.reconcile();
    const take = () => rig.call('POST', '/sessions', { body: { kind: 'pyspark', driverMemory: '1g' }, as: kernel });
    expect((await take()).status).toBe(201);
    expect(await ahead()).toEqual([]);
    expect((await take()).status).toBe(429);
  });
});

describe('what a driver asks', () => {
  const request = {
    driverMemory: null,
    driverCores: null,
    executorMemory: null,
    executorCores: null,
    numExecutors: null,
    queue: null,
    conf: {},
    jars: [],
    pyFiles: [],
    files: [],
    archives: [],
  };

  it.each([
    ['512m', 512 * 1024 ** 2],
    ['2g', 2 * gb],
    ['2GB', 2 * gb],
    ['2048', 2 * gb],
    ['1024k', 1024 ** 2],
    ['100b', 100],
    ['nonsense', 0],
  ])('of %s is %d bytes', (text, bytes) => {
    expect(memoryOf(text)).toBe(bytes);
  });

  /** What an engine with this master gives drivers. */
  const on = (sparkMaster: string): DriverShape => {
    const { place, coresOf } = localFacts({ sparkMaster });
    return { executors: place.executors, coresOf };
  };
  const [local, cluster] = [on('local[*]'), on('spark://cluster:7077')];

  it('is its heap and its cores; Spark’s own where it says nothing; fields win over properties', () => {
    expect(demandOf(request, local)).toEqual({ memoryBytes: gb, cores: availableParallelism() });
    const conf = { 'spark.driver.memory': '3g', 'spark.driver.cores': '4', 'spark.executor.memory': '9g' };
    expect(demandOf({ ...request, conf }, local)).toEqual({ memoryBytes: 3 * gb, cores: 4 });
    expect(demandOf({ ...request, conf, driverMemory: '2g' }, local)).toEqual({ memoryBytes: 2 * gb, cores: 4 });
  });

  it('is in cores what the engine gives, whatever is asked', () => {
    for (const driverCores of [null, 0, 1, 16]) {
      expect(demandOf({ ...request, driverCores }, on('local[8]')).cores).toBe(8);
    }
    expect(demandOf({ ...request, driverCores: 3 }, local).cores).toBe(3);
    expect(demandOf({ ...request, driverCores: 0 }, local).cores).toBe(availableParallelism());
    expect(demandOf(request, on('local')).cores).toBe(1);
    const properties = sparkProperties({ ...request, driverCores: 0 });
    const spec = { appName: '', projectFolder: '/p', properties };
    expect(localProperties(spec, { master: 'local[*]', scratch: '/s' })['spark.master']).toBe('local[*]');
  });

  it('is that of its executors too, where they are processes of their own: of as many as there may be', () => {
    const fixed = { ...request, numExecutors: 3, executorMemory: '2g', executorCores: 2 };
    expect(demandOf(fixed, cluster)).toEqual({ memoryBytes: 7 * gb, cores: 7 });
    const dynamic = (enabled: string, more: Record<string, string> = {}) =>
      demandOf({ ...fixed, conf: { 'spark.dynamicAllocation.enabled': enabled, ...more } }, cluster);
    const most = { 'spark.dynamicAllocation.maxExecutors': '5' };
    for (const enabled of ['true', 'TRUE', ' True ']) {
      expect(dynamic(enabled, most)).toEqual({ memoryBytes: 11 * gb, cores: 11 });
    }
    expect(dynamic('true', { ...most, 'spark.dynamicAllocation.initialExecutors': '9' }).cores).toBe(19);
    // Without a number there may be any.
    expect(dynamic('true').cores).toBeGreaterThan(100_000);
    expect(dynamic('false', most).cores).toBe(7);
  });

  it('is what lies off the heap too, of drivers and executors', () => {
    const conf = { 'spark.memory.offHeap.enabled': 'TRUE', 'spark.memory.offHeap.size': String(2 * gb) };
    expect(demandOf({ ...request, conf }, local).memoryBytes).toBe(3 * gb);
    expect(demandOf({ ...request, conf, numExecutors: 2 }, cluster).memoryBytes).toBe(9 * gb);
    const off = { ...conf, 'spark.memory.offHeap.enabled': 'false' };
    expect(demandOf({ ...request, conf: off }, local).memoryBytes).toBe(gb);
  });

  it('is a number, however many digits a size has', () => {
    const conf = {
      'spark.memory.offHeap.enabled': 'true',
      'spark.memory.offHeap.size': `${'9'.repeat(400)}t`,
      'spark.executor.instances': '9'.repeat(400),
    };
    const { memoryBytes, cores } = demandOf({ ...request, conf }, cluster);
    expect([Number.isSafeInteger(memoryBytes), Number.isSafeInteger(cores)]).toEqual([true, true]);
    expect(Number.isSafeInteger(memoryOf('9'.repeat(400)))).toBe(true);
  });
});
