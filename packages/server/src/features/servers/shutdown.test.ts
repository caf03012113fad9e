import { describe, expect, it } from 'vitest';
import { HttpError } from '../../http/errors.ts';
import { reach, serversFixture, startUp } from './servers.fixture.ts';
import { extendedEnd } from './shutdown.ts';

const hour = 3_600_000;
const minute = 60_000;
const time = { hours: 6, mostHours: 24, mayBeUnlimited: false, idleMinutes: 0 };

describe('extendedEnd', () => {
  it('adds hours up to the most', () => {
    expect(extendedEnd(1 * hour, 6, 0, time)).toBe(7 * hour);
    expect(extendedEnd(20 * hour, 6, 0, time)).toBe(24 * hour);
    expect(extendedEnd(24 * hour, 6, 0, time)).toBeNull();
    expect(extendedEnd(24 * hour, 6, 1 * hour, time)).toBe(25 * hour);
    // what is left of a minute is not worth a press of the button
    expect(extendedEnd(24 * hour, 6, minute / 2, time)).toBeNull();
  });

  it('gives one without a limit a limit, also when that takes time away', () => {
    expect(extendedEnd(null, 6, 10, time)).toBe(6 * hour + 10);
    expect(extendedEnd(null, 100, 10, time)).toBe(24 * hour + 10);
  });

  it('counts from now where the end has just passed', () => {
    expect(extendedEnd(1000, 6, 2000, time)).toBe(6 * hour + 2000);
  });
});

const codeOf = async (call: Promise<unknown>): Promise<string | null> =>
  call.then(
    () => null,
    (error: unknown) => (error instanceof HttpError ? error.code : String(error)),
  );

/** A server that runs, what is shown of it, and its minutes left. */
async function running() {
  const fixture = await serversFixture();
  const servers = fixture.instance();
  await servers.start();
  const id = await startUp(fixture, servers);
  const get = () => servers.service.get(fixture.whose);
  const minutesLeft = async () => {
    const { stopsAt } = await get();
    return stopsAt === null ? null : Math.round((Date.parse(stopsAt) - fixture.clock.now()) / minute);
  };
  return { fixture, servers, id, get, minutesLeft, [Symbol.asyncDispose]: () => fixture[Symbol.asyncDispose]() };
}

describe('the time of a server', () => {
  it('is six hours, and then it is stopped with its sessions', async () => {
    await using it = await running();
    const { fixture, servers } = it;
    expect(await it.minutesLeft()).toBe(360);
    fixture.clock.advance(6 * hour - minute);
    servers.wake();
    expect(await it.get()).toMatchObject({ state: 'running', stopReason: null });
    fixture.clock.advance(minute);
    servers.wake();
    expect(await reach(fixture, servers, 'stopped')).toMatchObject({
      stopReason: 'time',
      stopsAt: null,
      problem: null,
    });
    expect(fixture.calls).toContain(`stop sessions ${it.id}`);
  });

  it('can be made longer in chunks, up to the most; two tabs at once both count', async () => {
    await using it = await running();
    const { fixture, servers } = it;
    await Promise.all([servers.service.extend(fixture.whose, 6), servers.service.extend(fixture.whose, 6)]);
    expect(await it.minutesLeft()).toBe(18 * 60);
    await servers.service.extend(fixture.whose, 6);
    expect(await it.minutesLeft()).toBe(24 * 60);
    expect(await codeOf(servers.service.extend(fixture.whose, 6))).toBe('most_time');
    expect(await codeOf(servers.service.extend(fixture.whose, null))).toBe('forbidden');
    fixture.clock.advance(23 * hour);
    servers.wake();
    expect(await it.get()).toMatchObject({ state: 'running' });
  });

  it('has no limit where that is allowed, until it gets one again', async () => {
    await using it = await running();
    const { fixture, servers } = it;
    fixture.time.mayBeUnlimited = true;
    await servers.service.extend(fixture.whose, null);
    expect(await it.minutesLeft()).toBeNull();
    fixture.clock.advance(1000 * hour);
    servers.wake();
    expect(await it.get()).toMatchObject({ state: 'running', stopsAt: null });
    await servers.service.extend(fixture.whose, 6);
    expect(await it.minutesLeft()).toBe(360);
  });

  it('is nothing to one that does not run', async () => {
    await using fixture = await serversFixture();
    const servers = fixture.instance();
    await servers.start();
    expect(await codeOf(servers.service.extend(fixture.whose, 6))).toBe('server_not_running');
    await startUp(fixture, servers);
    await servers.service.stop(fixture.whose);
    expect(await reach(fixture, servers, 'stopped')).toMatchObject({ stopReason: 'asked' });
    expect(await codeOf(servers.service.extend(fixture.whose, 6))).toBe('server_not_running');
  });

  it('is the same after a restart of control, and over once it was while control was away', async () => {
    await using it = await running();
    const { fixture, servers } = it;
    await servers.service.extend(fixture.whose, 6);
    await servers.close();
    fixture.clock.advance(2 * hour);
    const again = fixture.instance();
    await again.start();
    expect(await it.minutesLeft()).toBe(600);
    await again.close();
    fixture.clock.advance(10 * hour);
    const last = fixture.instance();
    await last.start();
    expect(await reach(fixture, last, 'stopped')).toMatchObject({ stopReason: 'time' });
  });

  it.each([3 * 24 * hour, -3 * 24 * hour])('stays what it is when the clock is set by %d ms', async (by) => {
    await using it = await running();
    const { fixture, servers } = it;
    fixture.clock.set(fixture.clock.now() + by);
    servers.wake();
    await fixture.until(async () => (await it.minutesLeft()) === 360);
    expect(await it.get()).toMatchObject({ state: 'running' });
    fixture.clock.advance(6 * hour);
    servers.wake();
    expect(await reach(fixture, servers, 'stopped')).toMatchObject({ stopReason: 'time' });
  });
});
