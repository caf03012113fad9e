import { describe, expect, it } from 'vitest';
import { reach, serversFixture, startUp } from './servers.fixture.ts';

const why = 'Stopped by an administrator: the machine is needed.';

describe('a Jupyter server that an administrator stops', () => {
  it('ends, and its member and what ran from it are told why', async () => {
    await using fixture = await serversFixture();
    const servers = fixture.instance();
    await servers.start();
    const id = await startUp(fixture, servers);
    expect(await servers.running.running()).toMatchObject([
      { kind: 'server', id, projectId: fixture.projectId, userId: fixture.ada, phase: 'running', state: 'running' },
    ]);
    await servers.running.stopRunning('server', id, why);
    // It may have ended by now.
    const state = expect.stringMatching(/^stopp(?:ing|ed)$/) as string;
    expect(await servers.service.get(fixture.whose)).toMatchObject({ state, stopNote: why });
    const stopped = await reach(fixture, servers, 'stopped');
    expect(stopped).toMatchObject({ stopReason: 'admin', stopNote: why, problem: null });
    expect(fixture.calls).toContain(`stop sessions ${id}: ${why}`);
    const told = fixture.events.filter(({ event }) => event.type === 'server' && event.server.stopNote === why);
    expect(new Set(told.map(({ viewer }) => viewer.userId))).toEqual(new Set([fixture.ada]));
    expect(await servers.running.running()).toEqual([]);
    expect(fixture.errors).toEqual([]);
  });

  it('keeps the reason that it ends for already, and one that is gone is let be', async () => {
    await using fixture = await serversFixture();
    const servers = fixture.instance();
    await servers.start();
    const id = await startUp(fixture, servers);
    await servers.service.stop(fixture.whose);
    await servers.running.stopRunning('server', id, why);
    expect(await reach(fixture, servers, 'stopped')).toMatchObject({ stopReason: 'asked', stopNote: null });
    await servers.running.stopRunning('server', id, why);
    await servers.running.stopRunning('server', 'absent00', why);
    expect(await servers.service.get(fixture.whose)).toMatchObject({ state: 'stopped', stopReason: 'asked' });
  });

  it('starts anew without the words of then', async () => {
    await using fixture = await serversFixture();
    const servers = fixture.instance();
    await servers.start();
    await servers.running.stopRunning('server', await startUp(fixture, servers), why);
    await reach(fixture, servers, 'stopped');
    await servers.service.start(fixture.whose);
    expect(await servers.service.get(fixture.whose)).toMatchObject({ stopReason: null, stopNote: null });
  });
});
