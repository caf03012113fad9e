import type { MachineHistory } from '@emberlab/contract';
import { describe, expect, it } from 'vitest';
import { adminFixture, gb, type AdminFixture } from './admin.fixture.ts';

const history = async ({ ask }: AdminFixture, query = '') =>
  (await ask('GET', `/machine${query}`)).json<MachineHistory>();

describe('the administrators’ area tells how the machine does', () => {
  it('now, with what servers and Spark take of it', async () => {
    await using world = await adminFixture();
    const { state, thing } = world;
    state.things = [
      thing('server', 'server01', { use: { memoryMb: 512, cores: 0.5 } }),
      thing('server', 'server02', { phase: 'waiting', state: 'queued' }),
      thing('session', '7', { process: { pid: 70, startTicks: '1' } }),
      thing('ahead', '9', { process: { pid: 90, startTicks: '1' } }),
      thing('build', 'revision1'),
    ];
    state.uses.set(70, { memoryBytes: gb, cpuMs: 0 }).set(90, { memoryBytes: gb, cpuMs: 0 });
    const { now, points } = await history(world);
    expect(points).toEqual([]);
    expect(now).toMatchObject({
      at: '2026-01-01T00:00:00.000Z',
      servers: 1,
      spark: 1,
      builds: 1,
      waiting: 1,
      serversMemoryBytes: 512 * 1024 ** 2,
      serversCores: 0.5,
      sparkMemoryBytes: 2 * gb,
    });
    expect(now.memoryUsedBytes).toBeGreaterThan(0);
    expect(now.memoryUsedBytes).toBeLessThan(now.memoryTotalBytes);
    expect(now.diskUsedBytes).toBeLessThan(now.diskTotalBytes);
    expect(now.coresBusy).toBeLessThanOrEqual(now.cores);
  });

  it('over the last hours, the older the less finely, and for a day', async () => {
    await using world = await adminFixture();
    const { admin, ask, clock, kit } = world;
    for (let n = 0; n < 26 * 60; n++) {
      await admin.record();
      clock.advance(60_000);
    }
    const hour = await history(world, '?hours=1');
    expect(hour.points).toHaveLength(60);
    expect(hour.points.at(-1)?.at).toBe('2026-01-02T01:59:00.000Z');
    const day = await history(world, '?hours=24');
    expect(day.points.length).toBeLessThanOrEqual(480);
    expect(day.points.at(-1)?.at).toBe('2026-01-02T01:59:00.000Z');
    expect(await kit.db.selectFrom('machine_samples').select('at').execute()).toHaveLength(24 * 60 + 1);
    expect((await ask('GET', '/machine?hours=1000')).statusCode).toBe(400);
  });
});
