import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { NamedEngine } from '../../engines/engine.ts';
import { localFacts } from '../../engines/local/properties.ts';
import { HttpError } from '../../http/errors.ts';
import type { SparkServer } from './ahead/options.ts';
import type { EngineChooser } from './engines.ts';
import { wantedEngine } from './engines.ts';
import { seedServer } from '../../testing/database.ts';
import { fakeEngine } from './testing/fake-engine.ts';
import { createRig } from './testing/rig.ts';

/** Two engines, of which the names are `here` and `there`; nobody may use another. */
function twoEngines() {
  const fakes = new Map<string, ReturnType<typeof fakeEngine>>();
  const engines = new Map<string, NamedEngine>();
  const chooser = (folder: string): EngineChooser => {
    for (const name of ['here', 'there']) {
      const fake = fakeEngine(join(folder, 'sessions'));
      fakes.set(name, fake);
      engines.set(name, {
        name,
        label: name,
        engine: fake.engine,
        facts: localFacts({ sparkMaster: name === 'here' ? 'local[*]' : 'spark://there:7077' }),
        startsAhead: name === 'here',
        capacity: async () => null,
      });
    }
    return {
      async choose(_, wanted) {
        // As if the settings had changed since it was chosen.
        if (wanted === 'gone') return { name: 'gone' };
        const chosen = engines.get(wanted ?? 'here');
        if (chosen === undefined) throw new HttpError('engine_not_allowed', { message: `There is no ${wanted}.` });
        return chosen;
      },
      find: (name) => engines.get(name),
    };
  };
  const fake = (name: string) => {
    const found = fakes.get(name);
    if (found === undefined) throw new Error(`no engine ${name}`);
    return found;
  };
  return { chooser, fake };
}

const on = (engine: string) => ({ kind: 'pyspark', conf: { 'spark.emberlab.engine': engine } });

test('a session runs on the engine that its request names, also after a restart, and ends there', async () => {
  const two = twoEngines();
  await using rig = await createRig({ engines: two.chooser });
  expect((await rig.call('POST', '/sessions', { body: on('there') })).status).toBe(201);
  expect((await rig.call('POST', '/sessions', { body: { kind: 'pyspark' } })).status).toBe(201);
  await rig.reconcile();
  await expect.poll(() => [two.fake('there').launched.length, two.fake('here').launched.length]).toEqual([1, 1]);
  await expect
    .poll(async () => (await rig.db.selectFrom('sessions').select(['engine', 'pid']).execute()).map(({ pid }) => pid))
    .toEqual([101, 101]);
  await rig.restart();
  await rig.call('DELETE', '/sessions/1');
  // Both have a process of the same number: it is asked for where it runs.
  expect([two.fake('there').running(), two.fake('here').running(), rig.fake.running()]).toEqual([0, 1, 0]);
  await rig.call('DELETE', '/sessions/2');
  expect(two.fake('here').running()).toBe(0);
});

test('a batch does as well', async () => {
  const two = twoEngines();
  await using rig = await createRig({ engines: two.chooser });
  const { status } = await rig.call('POST', '/batches', { body: { file: 'hdfs:/a.py', conf: on('there').conf } });
  expect(status).toBe(201);
  await rig.reconcile();
  await expect.poll(() => two.fake('there').batches.launched.length).toBe(1);
  expect(two.fake('here').batches.launched).toHaveLength(0);
});

test('an engine that there is not is refused, with the sentence that says so', async () => {
  const two = twoEngines();
  await using rig = await createRig({ engines: two.chooser });
  for (const [path, body] of [
    ['/sessions', on('nowhere')],
    ['/batches', { file: 'hdfs:/a.py', conf: on('nowhere').conf }],
  ] as const) {
    const { status, body: answer } = await rig.call('POST', path, { body });
    expect([status, answer.msg]).toEqual([400, 'Rejected, Reason: There is no nowhere.']);
  }
});

test('one that has gone from the settings starts nothing, and a sentence says so', async () => {
  const two = twoEngines();
  await using rig = await createRig({ engines: two.chooser });
  await rig.call('POST', '/sessions', { body: on('gone') });
  await rig.reconcile();
  const problem = async () => (await rig.db.selectFrom('sessions').select('problem').executeTakeFirst())?.problem;
  await expect.poll(problem).toMatch(/There is no engine gone any more.*configuration/);
  expect(rig.fake.launched).toHaveLength(0);
});

test('its executors count where it has some', async () => {
  const two = twoEngines();
  await using rig = await createRig({ engines: two.chooser });
  const sizes = { driverMemory: '1g', executorMemory: '2g', numExecutors: 3 };
  for (const engine of ['there', 'here']) {
    await rig.call('POST', '/sessions', { body: { ...on(engine), ...sizes } });
  }
  const gb = 1024 ** 3;
  expect((await rig.sessions.limited.taken()).map(({ memoryBytes }) => memoryBytes)).toEqual([7 * gb, gb]);
});

test('a driver waits for who may want one on this machine alone', async () => {
  const two = twoEngines();
  const servers: SparkServer[] = [];
  await using rig = await createRig({
    engines: two.chooser,
    ahead: {
      servers: async () => servers,
      hasSparkR: async () => false,
      memory: () => ({ totalBytes: 2 ** 36, availableBytes: 2 ** 35 }),
      idleMs: 3_600_000,
      budgetBytes: 2 ** 34,
    },
  });
  await seedServer(rig.db, { id: 'server1', projectId: rig.projectId, userId: rig.ada.id });
  const server = { serverId: 'server1', projectId: rig.projectId, projectName: 'demo', userId: rig.ada.id };
  const waiting = async () => (await rig.db.selectFrom('sessions').select(['engine', 'ahead_key']).execute()).length;
  servers.push({ ...server, sessionDefaults: { conf: on('there').conf } });
  await rig.reconcile();
  expect(await waiting()).toBe(0);
  servers.splice(0, 1, { ...server, sessionDefaults: { conf: on('here').conf } });
  await rig.reconcile();
  expect(await waiting()).toBe(1);
});

test('the engine is read from a request however its name is written', () => {
  expect(wantedEngine({ 'spark.Emberlab.engine': ' big ' })).toBe('big');
  expect(wantedEngine({ 'spark.emberlab.engines': 'big' })).toBeNull();
});
