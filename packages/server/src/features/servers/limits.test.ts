import { defaultConfiguration, defaultPythonConfiguration } from '@emberlab/contract';
import { describe, expect, it } from 'vitest';
import type { ServerUse } from '../../spawners/spawner.ts';
import { limitsOf } from './limits.ts';
import { reach, serversFixture, startUp } from './servers.fixture.ts';

const platform = { memoryMb: 4096, cores: 2 };

describe('limitsOf', () => {
  it("is the configuration's where that speaks of the server, else the platform's", () => {
    expect(limitsOf({ ...defaultConfiguration, driverMemoryMb: 512 }, platform)).toEqual(platform);
    const own = { ...defaultPythonConfiguration, memoryMb: 1024, cores: 3 };
    expect(limitsOf(own, platform)).toEqual({ memoryMb: 1024, cores: 3 });
  });
});

/** A server that runs, and what is shown of it after another look at what it takes. */
async function running() {
  const fixture = await serversFixture();
  const servers = fixture.instance();
  await servers.start();
  const id = await startUp(fixture, servers);
  const kernels = (...kernels_: [pid: number, notebook: string | null][]) =>
    kernels_.map(([pid, notebook]) => ({ pid, notebook }));
  const look = async (use: Partial<ServerUse>, instance = servers) => {
    fixture.uses.set(id, { memoryBytes: 0, cpuMs: 0, memoryKills: 0, processes: [], ...use });
    await instance.lookAtUse();
    return instance.service.get(fixture.whose);
  };
  const told = () => fixture.events.filter(({ event }) => event.type === 'server').length;
  return { fixture, servers, id, kernels, look, told, [Symbol.asyncDispose]: () => fixture[Symbol.asyncDispose]() };
}

describe('the limits of a server', () => {
  it('are what it is started with, and stay that when the platform wants others', async () => {
    await using it = await running();
    const { fixture, servers } = it;
    expect(fixture.processes[0]?.spec.limits).toMatchObject(platform);
    expect((await servers.service.get(fixture.whose)).limits).toEqual({ ...platform, by: 'cgroup' });
    await servers.close();
    fixture.limits.memoryMb = null;
    fixture.limits.cores = null;
    const again = fixture.instance();
    await again.start();
    expect((await again.service.get(fixture.whose)).limits).toEqual({ ...platform, by: 'cgroup' });
    await again.service.stop(fixture.whose);
    await reach(fixture, again, 'stopped');
    // None yet, or already the new ones: it is started beside the answer.
    expect((await again.service.start(fixture.whose)).limits?.memoryMb ?? null).toBeNull();
    await fixture.until(() => fixture.processes.length === 2);
    expect((await again.service.get(fixture.whose)).limits).toEqual({ memoryMb: null, cores: null, by: 'none' });
  });

  it('are shown with what it takes, which is told when it changes', async () => {
    await using it = await running();
    const { fixture, look, told } = it;
    expect((await look({ memoryBytes: 500 * 1024 ** 2, cpuMs: 1000 })).use).toEqual({ memoryMb: 496, cores: 0 });
    const before = told();
    fixture.clock.advance(2000);
    expect((await look({ memoryBytes: 501 * 1024 ** 2, cpuMs: 1010 })).use).toEqual({ memoryMb: 496, cores: 0 });
    expect(told()).toBe(before);
    fixture.clock.advance(2000);
    expect((await look({ memoryBytes: 501 * 1024 ** 2, cpuMs: 4010 })).use).toEqual({ memoryMb: 496, cores: 1.5 });
    expect(told()).toBe(before + 1);
    await it.servers.service.stop(fixture.whose);
    expect((await it.servers.service.get(fixture.whose)).use).toBeNull();
  });

  it('when a kernel is ended for memory, it is said whose, and when', async () => {
    await using it = await running();
    const { fixture, look, kernels } = it;
    const before = kernels([1, null], [2, '/p/demo/Jupyter/a.ipynb'], [3, '/p/demo/Jupyter/b.ipynb']);
    expect((await look({ processes: before })).memoryEnd).toBeNull();
    fixture.clock.advance(2000);
    const at = new Date(fixture.clock.now()).toISOString();
    const after = kernels([1, null], [3, '/p/demo/Jupyter/b.ipynb'], [4, '/p/demo/Jupyter/a.ipynb']);
    expect((await look({ processes: after, memoryKills: 1 })).memoryEnd).toEqual({ at, notebook: 'a.ipynb', times: 1 });
    fixture.clock.advance(2000);
    expect((await look({ processes: after, memoryKills: 1 })).memoryEnd?.at).toBe(at);
    // two at once: which of them it was can't be told
    expect((await look({ processes: kernels([1, null]), memoryKills: 2 })).memoryEnd).toMatchObject({
      notebook: null,
      times: 2,
    });
    await it.servers.close();
    const again = fixture.instance();
    await again.start();
    expect((await look({ memoryKills: 2 }, again)).memoryEnd).toMatchObject({ times: 2 });
    expect((await look({ memoryKills: 3 }, again)).memoryEnd).toMatchObject({ notebook: null, times: 3 });
  });

  it('when Jupyter itself is ended for memory, that is why it failed; an earlier end of a kernel is no reason', async () => {
    for (const [kills, message] of [
      [2, 'Jupyter was ended because its memory ran out: the limit is 4 GB.'],
      [1, 'Jupyter was killed by the system (SIGKILL), most often because the memory ran out.'],
    ] as const) {
      await using it = await running();
      await it.look({ memoryKills: 1 });
      it.fixture.uses.set(it.id, { memoryBytes: 0, cpuMs: 0, memoryKills: kills, processes: [] });
      it.fixture.processes[0]?.end({ code: null, signal: 'SIGKILL' });
      const { problem } = await reach(it.fixture, it.servers, 'failed');
      expect(problem?.message).toBe(message);
    }
  });
});

describe('a server that takes more than it may before it answers', () => {
  it('is told so', async () => {
    await using fixture = await serversFixture();
    const servers = fixture.instance();
    await servers.start();
    const { id } = await servers.service.start(fixture.whose);
    await fixture.until(() => fixture.processes.length === 1);
    fixture.uses.set(id ?? '', { memoryBytes: 0, cpuMs: 0, memoryKills: 1, processes: [] });
    fixture.processes[0]?.end({ code: null, signal: 'SIGKILL' });
    const { problem } = await reach(fixture, servers, 'failed');
    expect(problem?.message).toBe('Jupyter was ended because its memory ran out: the limit is 4 GB.');
  });
});

describe('the log of a server', () => {
  it('is kept from filling the disk while it starts and while it runs', async () => {
    await using fixture = await serversFixture();
    const servers = fixture.instance();
    await servers.start();
    const { id } = await servers.service.start(fixture.whose);
    await fixture.until(() => fixture.processes.length === 1);
    await servers.lookAtUse();
    expect([...fixture.bounded]).toEqual([id]);
    fixture.bounded.clear();
    fixture.answer(id ?? '');
    await reach(fixture, servers, 'running');
    await servers.lookAtUse();
    expect([...fixture.bounded]).toEqual([id]);
  });

  it('that can not be looked after keeps nothing else from it, nor the server from its end', async () => {
    await using it = await running();
    it.fixture.brokenLogs.add(it.id);
    expect((await it.look({ memoryBytes: 256 * 1024 ** 2 })).use?.memoryMb).toBe(256);
    await it.servers.service.stop(it.fixture.whose);
    await reach(it.fixture, it.servers, 'stopped');
  });
});
