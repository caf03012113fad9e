import { describe, expect, it } from 'vitest';
import { reach, serversFixture, startUp } from './servers.fixture.ts';

describe('after a restart of control', () => {
  it('knows what runs at once, and starts nothing', async () => {
    await using fixture = await serversFixture();
    const before = fixture.instance();
    await before.start();
    const id = await startUp(fixture, before);
    const target = fixture.targets.get(id);
    await before.close();
    fixture.targets.clear();
    const after = fixture.instance();
    await after.start();
    expect(fixture.targets.get(id)).toEqual(target);
    expect(await after.service.get(fixture.whose)).toMatchObject({ id, state: 'running' });
    expect(fixture.processes.length).toBe(1);
    await after.service.stop(fixture.whose);
    await reach(fixture, after, 'stopped');
  });

  it('goes on waiting for one that was starting', async () => {
    await using fixture = await serversFixture();
    const before = fixture.instance();
    await before.start();
    const { id } = await before.service.start(fixture.whose);
    await fixture.until(() => fixture.processes.length === 1);
    await before.close();
    const after = fixture.instance();
    await after.start();
    fixture.answer(id ?? '');
    await reach(fixture, after, 'running');
    expect(fixture.processes.length).toBe(1);
  });

  it('finds a process whose handle was not written down any more, or starts it now', async () => {
    for (const exists of [true, false]) {
      await using fixture = await serversFixture();
      const before = fixture.instance();
      await before.start();
      const { id } = await before.service.start(fixture.whose);
      await fixture.until(() => fixture.processes.length === 1);
      await before.close();
      await fixture.db.updateTable('servers').set({ pid: null, start_ticks: null }).execute();
      if (!exists) fixture.processes[0]?.end({ code: 0, signal: null });
      const after = fixture.instance();
      await after.start();
      fixture.answer(id ?? '');
      await reach(fixture, after, 'running');
      expect(fixture.processes.length).toBe(exists ? 1 : 2);
    }
  });

  it('tells of one that ended meanwhile', async () => {
    await using fixture = await serversFixture();
    const before = fixture.instance();
    await before.start();
    await startUp(fixture, before);
    await before.close();
    fixture.targets.clear();
    fixture.processes[0]?.end({ code: 1, signal: null });
    const after = fixture.instance();
    await after.start();
    expect(fixture.targets.size).toBe(0);
    const { problem } = await reach(fixture, after, 'failed');
    expect(problem?.message).toBe('Jupyter ended (while Emberlab was not looking).');
  });

  it('finishes what was being ended', async () => {
    await using fixture = await serversFixture();
    const before = fixture.instance();
    await before.start();
    await startUp(fixture, before);
    await before.close();
    await before.service.stop(fixture.whose);
    const after = fixture.instance();
    await after.start();
    await reach(fixture, after, 'stopped');
    expect(fixture.processes[0]?.alive).toBe(false);
  });
});
