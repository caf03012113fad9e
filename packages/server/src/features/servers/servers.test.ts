import { rm, writeFile } from 'node:fs/promises';
import { defaultConfiguration, defaultPythonConfiguration } from '@emberlab/contract';
import { describe, expect, it } from 'vitest';
import { HttpError } from '../../http/errors.ts';
import { seedProject } from '../../testing/database.ts';
import { reach, serversFixture, startUp } from './servers.fixture.ts';

const codeOf = async (call: Promise<unknown>): Promise<string | null> =>
  call.then(
    () => null,
    (error: unknown) => (error instanceof HttpError ? error.code : String(error)),
  );

describe('starting a server', () => {
  it('goes through its steps, and opens it to the proxy once it answers', async () => {
    await using fixture = await serversFixture();
    const servers = fixture.instance();
    await servers.start();
    expect(await servers.service.get(fixture.whose)).toMatchObject({
      id: null,
      state: 'stopped',
      configuration: defaultConfiguration,
    });
    const begun = await servers.service.start(fixture.whose);
    expect(begun.steps.map((one) => one.step)).toEqual(['queue']);
    expect(fixture.calls).toEqual([`touch ${fixture.projectId}`]);
    const id = begun.id ?? '';
    await fixture.until(() => fixture.processes.length === 1);
    expect(fixture.targets.size).toBe(0);
    expect(await codeOf(servers.service.open(fixture.whose, { loginDigest: null, path: undefined }))).toBe(
      'server_not_running',
    );
    fixture.answer(id);
    const server = await reach(fixture, servers, 'running');
    expect(server.steps.map((one) => one.step)).toEqual(['queue', 'environment', 'process', 'answering']);
    expect(server.steps.every((one) => one.endedAt !== null)).toBe(true);
    expect(server).toMatchObject({ id, revision: 1, problem: null });
    const target = fixture.targets.get(id);
    expect(target).toMatchObject({ id, viaControl: false });
    expect(target?.headers['authorization']).toMatch(/^token ember_proxy_\S{40,}$/);
    const opened = await servers.service.open(fixture.whose, { loginDigest: null, path: 'Jupyter/a b.ipynb' });
    expect(decodeURIComponent(opened.url)).toContain('/lab/tree/Jupyter/a%20b.ipynb');
    expect(await servers.countLive([fixture.projectId])).toEqual(new Map([[fixture.projectId, 1]]));
    expect(fixture.errors).toEqual([]);
  });

  it('tells nobody but the member', async () => {
    await using fixture = await serversFixture();
    const servers = fixture.instance();
    await servers.start();
    await startUp(fixture, servers);
    const seen = fixture.events.filter(({ event }) => event.type === 'server');
    expect(seen.length).toBeGreaterThan(3);
    expect(seen.every(({ viewer }) => viewer.userId === fixture.ada)).toBe(true);
    const viewer = { userId: fixture.bob, role: 'editor' as const };
    expect(await servers.snapshot(fixture.projectId, viewer)).toMatchObject([{ type: 'server', server: { id: null } }]);
  });

  it('makes one server of ten requests at once', async () => {
    await using fixture = await serversFixture();
    const servers = fixture.instance();
    await servers.start();
    const answers = await Promise.all(Array.from({ length: 10 }, () => servers.service.start(fixture.whose)));
    expect(new Set(answers.map((one) => one.id)).size).toBe(1);
    fixture.answer(answers[0]?.id ?? '');
    await reach(fixture, servers, 'running');
    expect(fixture.processes.length).toBe(1);
  });

  it('answers one that runs with the same configuration, and refuses another', async () => {
    await using fixture = await serversFixture();
    const servers = fixture.instance();
    await servers.start();
    const id = await startUp(fixture, servers);
    expect((await servers.service.start(fixture.whose)).id).toBe(id);
    expect((await servers.service.start(fixture.whose, { ...defaultConfiguration })).id).toBe(id);
    expect(await codeOf(servers.service.start(fixture.whose, defaultPythonConfiguration))).toBe('server_running');
    expect(await fixture.configurations.get(fixture.whose)).toEqual(defaultConfiguration);
  });

  it('uses what was saved last, and saves what it is started with', async () => {
    await using fixture = await serversFixture();
    const servers = fixture.instance();
    const saved = { ...defaultConfiguration, driverMemoryMb: 4096 };
    await fixture.configurations.save(fixture.whose, saved);
    expect((await servers.service.start(fixture.whose)).configuration).toEqual(saved);
    expect(await fixture.configurations.get({ ...fixture.whose, userId: fixture.bob })).toEqual(defaultConfiguration);
    const other = { ...fixture.whose, userId: fixture.bob };
    await servers.service.start(other, defaultPythonConfiguration);
    expect(await fixture.configurations.get(other)).toEqual(defaultPythonConfiguration);
  });

  it('starts two at once, in the order of the requests', async () => {
    await using fixture = await serversFixture();
    const servers = fixture.instance();
    const ids: string[] = [];
    for (let index = 0; index < 4; index += 1) {
      ids.push((await servers.service.start(await fixture.member(`user${index}`))).id ?? '');
      fixture.clock.advance(1);
    }
    await servers.start();
    const spawned = () => fixture.processes.map((one) => one.spec.serverId);
    await fixture.until(() => spawned().length === 2);
    for (let round = 0; round < 50; round += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(spawned().toSorted()).toEqual(ids.slice(0, 2).toSorted());
    fixture.answer(ids[1] ?? '');
    await fixture.until(() => spawned().length === 3, 50);
    expect(spawned()[2]).toBe(ids[2]);
  });

  it('tells those that wait their place in the queue, and when they have come closer', async () => {
    await using fixture = await serversFixture();
    const servers = fixture.instance();
    await servers.start();
    const members = await Promise.all(['one', 'two', 'three'].map((name) => fixture.member(name)));
    const ids: string[] = [];
    for (const whose of [...members, fixture.whose]) {
      ids.push((await servers.service.start(whose)).id ?? '');
      fixture.clock.advance(1);
    }
    await fixture.until(() => fixture.processes.length === 2);
    const position = async () => (await servers.service.get(fixture.whose)).queuePosition;
    expect(await position()).toBe(2);
    const told = () =>
      fixture.events
        .flatMap(({ event }) => (event.type === 'server' ? [event.server] : []))
        .findLast(({ id }) => id === ids[3])?.queuePosition;
    await fixture.until(() => told() === 2);
    fixture.answer(ids[0] ?? '');
    await fixture.until(() => fixture.processes.length === 3, 50);
    await fixture.until(() => told() === 1);
    fixture.answer(ids[1] ?? '');
    await fixture.until(() => fixture.processes.length === 4, 50);
    expect(await position()).toBeNull();
  });

  it('gives one user half of the places at most, however many projects that one has', async () => {
    await using fixture = await serversFixture();
    const servers = fixture.instance();
    const projects = await Promise.all(['a', 'b', 'c'].map((name) => seedProject(fixture.db, fixture.ada, name)));
    for (const projectId of projects) await servers.service.start({ projectId, userId: fixture.ada });
    fixture.clock.advance(1);
    await servers.service.start({ ...fixture.whose, userId: fixture.bob });
    await servers.start();
    await fixture.until(() => fixture.processes.length === 2);
    expect(fixture.processes.map((one) => one.spec.userId).toSorted()).toEqual([fixture.ada, fixture.bob].toSorted());
    for (let round = 0; round < 50; round += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(fixture.processes.length).toBe(2);
  });
});

describe('waiting for the environment', () => {
  it('shows that it waits, and goes on once that is ready', async () => {
    await using fixture = await serversFixture();
    fixture.environment.ready = false;
    const servers = fixture.instance();
    await servers.start();
    await servers.service.start(fixture.whose);
    await fixture.until(async () => (await servers.service.get(fixture.whose)).steps.at(-1)?.step === 'environment');
    expect((await servers.service.get(fixture.whose)).state).toBe('queued');
    fixture.environment.ready = true;
    servers.wake();
    await fixture.until(() => fixture.processes.length === 1);
  });

  it('fails when there will be none', async () => {
    await using fixture = await serversFixture();
    fixture.environment.ready = false;
    fixture.environment.none = { reason: 'The disk is full.' };
    const servers = fixture.instance();
    await servers.start();
    await servers.service.start(fixture.whose);
    const server = await reach(fixture, servers, 'failed');
    expect(server.problem?.message).toBe('The Python environment could not be built: The disk is full.');
  });
});

describe('logs of earlier runs', () => {
  it("are kept of so many as the platform says, and are nobody else's", async () => {
    await using fixture = await serversFixture();
    const servers = fixture.instance();
    await servers.start();
    const ids: string[] = [];
    for (let run = 0; run < 4; run += 1) {
      fixture.clock.advance(1000);
      ids.unshift(await startUp(fixture, servers));
      if (run === 3) break;
      await servers.service.stop(fixture.whose);
      await reach(fixture, servers, 'stopped');
    }
    const runs = await servers.service.runs(fixture.whose);
    expect(runs.map(({ id, state }) => [id, state])).toEqual([
      [ids[0], 'running'],
      [ids[1], 'stopped'],
      [ids[2], 'stopped'],
    ]);
    expect(runs[1]).toMatchObject({ stopReason: 'asked', problem: null });
    expect(fixture.forgotten).toEqual([ids[3]]);
    const earlier = await servers.service.log(fixture.whose, ids[1]);
    expect([earlier?.file, earlier?.ended()]).toEqual([fixture.log(ids[1] ?? ''), true]);
    expect(await servers.service.log({ ...fixture.whose, userId: fixture.bob }, ids[1])).toBeNull();
    expect(await servers.service.log(fixture.whose, 'nothing')).toBeNull();
  });
});

describe('ending a server', () => {
  it('takes everything away', async () => {
    await using fixture = await serversFixture();
    const servers = fixture.instance();
    await servers.start();
    const id = await startUp(fixture, servers);
    // It may have ended when that is answered.
    expect((await servers.service.stop(fixture.whose)).state).toMatch(/^stopp(?:ing|ed)$/);
    const server = await reach(fixture, servers, 'stopped');
    expect(server).toMatchObject({ id, problem: null });
    expect(server.endedAt).not.toBeNull();
    expect(fixture.targets.size).toBe(0);
    expect(fixture.processes.every((one) => !one.alive)).toBe(true);
    expect(fixture.calls.slice(-3)).toEqual([`stop sessions ${id}`, `stop sessions ${id}`, `revoke ${id}`]);
    expect((await servers.service.stop(fixture.whose)).state).toBe('stopped');
    expect((await servers.service.start(fixture.whose)).id).not.toBe(id);
  });

  it('ends its Spark sessions while its processes are still being ended, and those begun meanwhile', async () => {
    await using fixture = await serversFixture();
    const servers = fixture.instance();
    await servers.start();
    const id = await startUp(fixture, servers);
    const gate = Promise.withResolvers<void>();
    const stop = fixture.spawner.stop.bind(fixture.spawner);
    fixture.spawner.stop = async (...args) => {
      await gate.promise;
      await stop(...args);
    };
    await servers.service.stop(fixture.whose);
    const stops = () => fixture.calls.filter((call) => call === `stop sessions ${id}`).length;
    await fixture.until(() => stops() === 1);
    expect(fixture.processes[0]?.alive).toBe(true);
    gate.resolve();
    await reach(fixture, servers, 'stopped');
    expect(stops()).toBe(2);
  });

  it('refuses a start meanwhile', async () => {
    await using fixture = await serversFixture();
    const servers = fixture.instance();
    await servers.start();
    await startUp(fixture, servers);
    const gate = Promise.withResolvers<void>();
    const stop = fixture.spawner.stop.bind(fixture.spawner);
    fixture.spawner.stop = async (...args) => {
      await gate.promise;
      await stop(...args);
    };
    await servers.service.stop(fixture.whose);
    expect(await codeOf(servers.service.start(fixture.whose))).toBe('server_stopping');
    gate.resolve();
    await reach(fixture, servers, 'stopped');
  });

  it('works in the queue and before the first answer', async () => {
    await using fixture = await serversFixture();
    const servers = fixture.instance();
    await servers.service.start(fixture.whose);
    await servers.service.stop(fixture.whose);
    await servers.start();
    await reach(fixture, servers, 'stopped');
    expect(fixture.processes.length).toBe(0);
    await servers.service.start(fixture.whose);
    await fixture.until(() => fixture.processes.length === 1);
    await servers.service.stop(fixture.whose);
    await reach(fixture, servers, 'stopped');
    expect(fixture.processes[0]?.alive).toBe(false);
    expect(fixture.targets.size).toBe(0);
  });

  it('does not spin when a part of it fails: the next try comes with the next look', async () => {
    await using fixture = await serversFixture();
    const servers = fixture.instance();
    await servers.start();
    await startUp(fixture, servers);
    let tries = 0;
    fixture.spawner.stop = async () => {
      tries += 1;
      throw new Error('busy');
    };
    await servers.service.stop(fixture.whose);
    await fixture.until(() => fixture.errors.length === 1);
    for (let turn = 0; turn < 100; turn++) await new Promise(setImmediate);
    expect(tries).toBe(1);
    await fixture.until(() => tries === 2);
  });

  it('is tried again when a part of it fails', async () => {
    await using fixture = await serversFixture();
    const servers = fixture.instance();
    await servers.start();
    await startUp(fixture, servers);
    const stop = fixture.spawner.stop.bind(fixture.spawner);
    let failures = 0;
    fixture.spawner.stop = async (...args) => {
      if (failures++ < 2) throw new Error('busy');
      await stop(...args);
    };
    await servers.service.stop(fixture.whose);
    await fixture.until(async () => {
      servers.wake();
      return (await servers.service.get(fixture.whose)).state === 'stopped';
    });
    expect(fixture.errors.length).toBe(2);
  });
});

describe('a server that ends by itself', () => {
  it('says why it never came up', async () => {
    await using fixture = await serversFixture();
    const servers = fixture.instance();
    await servers.start();
    await servers.service.start(fixture.whose);
    await fixture.until(() => fixture.processes.length === 1);
    const [process] = fixture.processes;
    const log = ['Traceback (most recent call last):', '  File "x.py", line 1', 'ValueError: bad port'];
    await writeFile(fixture.log(process?.spec.serverId ?? ''), log.join('\n'));
    process?.end({ code: 1, signal: null });
    const { problem, endedAt } = await reach(fixture, servers, 'failed');
    expect(problem?.message).toBe('Jupyter ended before it answered (exit code 1): ValueError: bad port.');
    expect(problem?.logTail).toEqual(log);
    expect(endedAt).not.toBeNull();
    expect((await servers.service.start(fixture.whose)).state).toBe('queued');
  });

  it('says so when the project has no folder any more', async () => {
    await using fixture = await serversFixture();
    await rm(fixture.projectFolder, { recursive: true });
    const servers = fixture.instance();
    await servers.start();
    await servers.service.start(fixture.whose);
    const { problem } = await reach(fixture, servers, 'failed');
    expect(problem?.message).toBe('The folder of the project is not there any more.');
  });

  it('says so when it had been up', async () => {
    await using fixture = await serversFixture();
    const servers = fixture.instance();
    await servers.start();
    const id = await startUp(fixture, servers);
    fixture.processes[0]?.end({ code: null, signal: 'SIGKILL' });
    const { problem } = await reach(fixture, servers, 'failed');
    expect(problem?.message).toMatch(/killed by the system/);
    expect(fixture.targets.has(id)).toBe(false);
    expect(fixture.calls).toContain(`stop sessions ${id}`);
  });

  it('is ended when it does not answer in time', async () => {
    await using fixture = await serversFixture();
    const servers = fixture.instance();
    await servers.start();
    await servers.service.start(fixture.whose);
    await fixture.until(() => fixture.processes.length === 1);
    const { problem } = await reach(fixture, servers, 'failed', 1000);
    expect(problem?.message).toBe('Jupyter did not answer within 120 seconds.');
    expect(fixture.processes[0]?.alive).toBe(false);
  });
});
