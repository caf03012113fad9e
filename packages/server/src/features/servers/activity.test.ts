import { once } from 'node:events';
import { mkdtempDisposable } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { askActivity, latestActivity, type ActivityReport } from './activity.ts';
import { reach, serversFixture, startUp } from './servers.fixture.ts';

const minute = 60_000;
const begun = { kind: 'start', name: null, at: 0, now: false } as const;
const quiet = (name: string, lastActivity: number) => ({ name, busy: false, lastActivity });
const nothing: ActivityReport = { kernels: [], terminals: [] };

describe('latestActivity', () => {
  it('is now while a kernel computes, a statement runs or a terminal has a command', () => {
    const busy = { name: 'a.ipynb', busy: true, lastActivity: 5 };
    expect(latestActivity({ kernels: [busy], terminals: [] }, null, begun, 100)).toEqual({
      kind: 'kernel',
      name: 'a.ipynb',
      at: 100,
      now: true,
    });
    expect(latestActivity(nothing, { name: 'b.ipynb' }, begun, 100)).toMatchObject({ kind: 'spark', name: 'b.ipynb' });
    const terminal = { name: '1', busy: true, lastActivity: null };
    expect(latestActivity({ kernels: [], terminals: [terminal] }, null, begun, 100)).toMatchObject({
      kind: 'terminal',
      at: 100,
    });
  });

  it('is otherwise the last that is known of', () => {
    const seen = { kernels: [quiet('a.ipynb', 40)], terminals: [quiet('1', 60)] };
    expect(latestActivity(seen, null, begun, 100)).toEqual({ kind: 'terminal', name: '1', at: 60, now: false });
    const before = { kind: 'spark', name: null, at: 80, now: true } as const;
    expect(latestActivity(seen, null, before, 100)).toEqual({ ...before, now: false });
    expect(latestActivity(nothing, null, begun, 100)).toEqual(begun);
  });

  it('does not believe in what lies ahead', () => {
    expect(latestActivity({ kernels: [quiet('a', 101)], terminals: [] }, null, begun, 100)).toEqual(begun);
  });
});

describe('askActivity', () => {
  /** What is made of an answer that a member's own code may have written. */
  async function askedOf(answer: (response: ServerResponse) => void) {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'ember-activity-'));
    const socket = join(folder.path, 's.sock');
    const server = createServer((_request, response) => answer(response)).listen(socket);
    await once(server, 'listening');
    try {
      return await askActivity({ socket, secret: 's' });
    } finally {
      server.closeAllConnections();
      server.close();
    }
  }

  it('takes nothing but a report of bearable size', async () => {
    expect(await askedOf((response) => response.end(JSON.stringify(nothing)))).toEqual(nothing);
    expect(await askedOf((response) => response.end('{"kernels":[{"busy":1}]}'))).toBeNull();
    expect(await askedOf((response) => response.end('<html>'))).toBeNull();
    expect(await askedOf((response) => response.writeHead(404).end())).toBeNull();
    const piece = ' '.repeat(64 * 1024);
    let written = 0;
    const endless = (response: ServerResponse): void => {
      do written += piece.length;
      while (response.write(piece));
      response.once('drain', () => endless(response));
    };
    expect(await askedOf(endless)).toBeNull();
    expect(written).toBeLessThan(64 * 1024 ** 2);
  });
});

describe('an idle server', () => {
  async function running(idleMinutes: number) {
    const fixture = await serversFixture();
    fixture.time.idleMinutes = idleMinutes;
    const servers = fixture.instance();
    await servers.start();
    await startUp(fixture, servers);
    fixture.activity.report = nothing;
    const after = async (minutes: number) => {
      fixture.clock.advance(minutes * minute);
      await servers.lookForActivity();
      return servers.service.get(fixture.whose);
    };
    return { fixture, servers, after, [Symbol.asyncDispose]: () => fixture[Symbol.asyncDispose]() };
  }

  it('is stopped after the time that the platform sets, from its start or its last activity on', async () => {
    await using it = await running(30);
    expect((await it.after(20)).activity).toMatchObject({ kind: 'start', now: false });
    it.fixture.activity.report = { kernels: [{ name: 'a.ipynb', busy: true, lastActivity: 0 }], terminals: [] };
    expect((await it.after(20)).activity).toMatchObject({ kind: 'kernel', name: 'a.ipynb', now: true });
    it.fixture.activity.report = nothing;
    expect(await it.after(29)).toMatchObject({ state: 'running', activity: { kind: 'kernel', now: false } });
    await it.after(1);
    expect(await reach(it.fixture, it.servers, 'stopped')).toMatchObject({ stopReason: 'idle' });
  });

  it('is not idle for longer because the clock is set', async () => {
    await using it = await running(30);
    await it.after(10);
    const { activity } = await it.servers.service.get(it.fixture.whose);
    it.fixture.clock.set(it.fixture.clock.now() + 5 * 3_600_000);
    it.servers.wake();
    const at = async () => Date.parse((await it.servers.service.get(it.fixture.whose)).activity?.at ?? '');
    await it.fixture.until(async () => (await at()) === Date.parse(activity?.at ?? '') + 5 * 3_600_000);
    expect(await it.after(19)).toMatchObject({ state: 'running' });
    await it.after(1);
    expect(await reach(it.fixture, it.servers, 'stopped')).toMatchObject({ stopReason: 'idle' });
  });

  it('is known to compute as soon as a statement runs in Spark, and to be done once its kernel is', async () => {
    await using it = await running(0);
    const { id } = await it.servers.service.get(it.fixture.whose);
    const activity = async () => (await it.servers.service.get(it.fixture.whose)).activity;
    expect(await it.after(1)).toMatchObject({ activity: { now: false } });
    const kernel = { name: 'a.ipynb', busy: true, lastActivity: 0 };
    it.fixture.activity.report = { kernels: [kernel], terminals: [] };
    it.servers.workChanged(id ?? '');
    await it.fixture.until(async () => (await activity())?.now === true);
    // The session is idle again before the kernel has seen that.
    it.servers.workChanged(id ?? '');
    it.fixture.activity.report = { kernels: [{ ...kernel, busy: false }], terminals: [] };
    await it.fixture.until(async () => (await activity())?.now === false, 2000);
  });

  it('goes on by default', async () => {
    await using it = await running(0);
    expect(await it.after(300)).toMatchObject({ state: 'running' });
  });

  it('is not one that computes, however quietly, nor one that does not say', async () => {
    await using it = await running(30);
    it.fixture.activity.spark = { name: 'long.ipynb' };
    for (let round = 0; round < 5; round += 1) expect(await it.after(60)).toMatchObject({ state: 'running' });
    it.fixture.activity.report = null;
    expect((await it.after(30)).activity).toMatchObject({ kind: 'spark', now: true });
    it.fixture.activity.spark = null;
    expect(await it.after(59)).toMatchObject({ state: 'running', activity: { kind: 'spark', name: 'long.ipynb' } });
  });
});
