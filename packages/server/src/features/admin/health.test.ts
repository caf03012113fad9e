import type { Health } from '@emberlab/contract';
import { describe, expect, it } from 'vitest';
import { adminFixture, type AdminFixture } from './admin.fixture.ts';

const health = async ({ ask, clock }: AdminFixture) => {
  // What was found a moment ago is told again.
  clock.advance(30_000);
  return new Map((await ask('GET', '/health')).json<Health>().parts.map((part) => [part.about, part]));
};

describe('the administrators’ area tells how each part is', () => {
  it('with what the doctor and the notices say, and what to do', async () => {
    await using world = await adminFixture();
    const parts = await health(world);
    expect([...parts.keys()]).toEqual([
      'Control',
      'Edge',
      'Database',
      'Environment builder',
      'Queue',
      'Isolation',
      'Disk',
    ]);
    expect(parts.get('Control')).toMatchObject({ text: expect.stringContaining('1.2.3') as string });
    expect(parts.get('Disk')).toEqual({
      about: 'Disk',
      state: 'warning',
      text: '2.0 GB are free.',
      todo: 'Please free some.',
    });
    expect(parts.get('Isolation')).toMatchObject({ state: 'warning', text: 'All notebooks run as the same user.' });
    for (const about of ['Edge', 'Database', 'Environment builder', 'Queue']) {
      expect(parts.get(about)).toMatchObject({ state: 'ok', todo: null });
    }
  });

  it('and finds an edge that is silent or busy, builds that failed, and servers that wait for long', async () => {
    await using world = await adminFixture();
    const { clock, state, thing } = world;
    state.edges = [];
    state.failed = ['sales', 'other'];
    state.things = [thing('server', 'server01', { phase: 'waiting', state: 'queued' })];
    clock.advance(6 * 60_000);
    const parts = await health(world);
    expect(parts.get('Edge')).toMatchObject({
      state: 'problem',
      todo: expect.stringContaining('edge.log') as string,
    });
    expect(parts.get('Environment builder')).toMatchObject({
      state: 'warning',
      text: 'The last environment could not be made in: sales, other.',
    });
    expect(parts.get('Queue')).toMatchObject({
      state: 'warning',
      text: '1 Jupyter server waits, for 7 min.',
    });
    state.edges = [{ busy: 0.1 }, { busy: 0.95 }];
    expect((await health(world)).get('Edge')).toMatchObject({
      state: 'warning',
      text: expect.stringContaining('6 requests') as string,
    });
  });

  it('also when the database does not answer', async () => {
    await using world = await adminFixture();
    const { kit } = world;
    await kit.db.schema.alterTable('facts').renameTo('hidden').execute();
    expect((await health(world)).get('Database')).toMatchObject({
      state: 'problem',
      todo: expect.stringContaining('doctor') as string,
    });
    // The database is another test's next.
    await kit.db.schema.alterTable('hidden').renameTo('facts').execute();
  });
});
