import type { Running } from '@emberlab/contract';
import { describe, expect, it } from 'vitest';
import { adminFixture, gb, reason, start, type AdminFixture } from './admin.fixture.ts';

const running = async ({ ask }: AdminFixture) => (await ask('GET', '/running')).json<{ items: Running[] }>().items;

/** What was written down of it. */
const events = async ({ kit }: AdminFixture) =>
  (await kit.audit.service.list({ action: 'admin' }, { cursor: undefined, limit: 50 })).items.map(
    ({ action, target, project, outcome, actor }) => ({
      action,
      target,
      project: project?.name ?? null,
      outcome,
      actor: actor?.email ?? null,
    }),
  );

describe('the administrators’ area', () => {
  describe('shows what runs', () => {
    it('with its project, its owner, its age and what it takes, the cores once it was looked at twice', async () => {
      await using world = await adminFixture();
      const { clock, state, thing } = world;
      state.things = [
        thing('session', '7', { process: { pid: 70, startTicks: '1' }, since: start - 5000 }),
        thing('server', 'server01', { use: { memoryMb: 640, cores: 0.5 }, since: start - 9000 }),
        thing('build', 'revision1', { userId: null, phase: 'waiting', state: 'Waiting for its turn' }),
        thing('session', '8', { place: 'livy.example.org:8998' }),
      ];
      state.uses.set(70, { memoryBytes: 2 * gb, cpuMs: 1000 });
      const first = await running(world);
      expect(first.map(({ id }) => id)).toEqual(['server01', '7', '8', 'revision1']);
      expect(first[0]).toEqual({
        kind: 'server',
        id: 'server01',
        title: 'server server01',
        project: { name: 'sales', label: 'Sales' },
        owner: { email: 'eve@example.org', name: 'eve' },
        phase: 'running',
        state: 'running',
        since: '2025-12-31T23:59:51.000Z',
        profile: null,
        place: null,
        use: { memoryMb: 640, cores: 0.5 },
      });
      expect(first[1]?.use).toEqual({ memoryMb: 2048, cores: 0 });
      expect(first[3]).toMatchObject({ owner: null, use: null });
      expect(first[2]).toMatchObject({ place: 'livy.example.org:8998', use: null });
      clock.advance(10_000);
      state.uses.set(70, { memoryBytes: gb, cpuMs: 16_000 });
      expect((await running(world))[1]?.use).toEqual({ memoryMb: 1024, cores: 1.5 });
    });

    it('and looks at the processes once for all who ask within seconds', async () => {
      await using world = await adminFixture();
      const { clock, state, thing } = world;
      state.things = [thing('session', '7', { process: { pid: 70, startTicks: '1' } })];
      await Promise.all([running(world), running(world), running(world)]);
      clock.advance(2000);
      await running(world);
      expect(state.looks).toBe(1);
      clock.advance(1000);
      await running(world);
      expect(state.looks).toBe(2);
    });
  });

  describe('stops', () => {
    it('one thing, and whose it is and the audit log are told why', async () => {
      await using world = await adminFixture();
      const { ask, kit, projectId, state, thing } = world;
      state.things = [thing('server', 'server01'), thing('session', '7')];
      const answer = await ask('POST', '/running/session/7/stop', { reason: `  ${reason} ` });
      expect([answer.statusCode, answer.json()]).toEqual([202, { items: [] }]);
      expect(state.stopped).toEqual([`session 7: Stopped by an administrator: ${reason}`]);
      expect(await events(world)).toEqual([
        {
          action: 'admin.stop',
          target: `session 7: ${reason}`,
          project: 'sales',
          outcome: 'done',
          actor: 'ada@example.org',
        },
      ]);
      // Its owner finds it among what was done in the project.
      expect((await kit.audit.service.list({ projectId }, { cursor: undefined, limit: 50 })).items).toHaveLength(1);
    });

    it.each([
      ['nothing', {}],
      ['an empty reason', { reason: '  ' }],
      ['two lines', { reason: 'a\nb' }],
      ['a direction mark', { reason: 'a\u202eb' }],
      ['more than anybody reads', { reason: 'x'.repeat(301) }],
    ])('nothing for %s', async (_, body) => {
      await using world = await adminFixture();
      const { ask, state, thing } = world;
      state.things = [thing('server', 'server01')];
      expect((await ask('POST', '/running/server/server01/stop', body)).statusCode).toBe(400);
      expect((await ask('POST', '/running/stop', { user: 'eve@example.org', ...body })).statusCode).toBe(400);
      expect(state.stopped).toEqual([]);
    });

    it('nothing that is not there, or is of another kind', async () => {
      await using world = await adminFixture();
      const { ask, state, thing } = world;
      state.things = [thing('session', '7')];
      for (const path of ['/running/session/8/stop', '/running/batch/7/stop']) {
        const answer = await ask('POST', path, { reason });
        expect(answer.statusCode).toBe(404);
        expect(answer.json()).toMatchObject({ error: { message: 'This does not run any more.' } });
      }
      expect((await ask('POST', '/running/kernel/7/stop', { reason })).statusCode).toBe(400);
      expect(state.stopped).toEqual([]);
    });

    it('all of one person, what depends on others first, and nothing of others', async () => {
      await using world = await adminFixture();
      const { ada, ask, state, thing } = world;
      state.things = [
        thing('server', 'server01'),
        thing('ahead', '9'),
        thing('session', '7'),
        thing('build', 'revision1', { userId: null }),
        thing('server', 'server02', { userId: ada.id }),
      ];
      const answer = await ask('POST', '/running/stop', { user: 'eve@example.org', reason });
      expect(answer.json<{ items: Running[] }>().items.map(({ id }) => id)).toEqual(['7', '9', 'server01']);
      expect(state.stopped.map((line) => line.split(':')[0])).toEqual(['session 7', 'ahead 9', 'server server01']);
      expect(await events(world)).toMatchObject([
        { target: `user eve@example.org: 1 server, 1 session, 1 ahead: ${reason}`, outcome: 'done' },
      ]);
    });

    it('all in one project, with what is made for it', async () => {
      await using world = await adminFixture();
      const { ada, ask, eve, kit, state, thing } = world;
      const other = await kit.projects.service.create({ name: 'other' }, eve.id);
      state.things = [
        thing('server', 'server01'),
        thing('build', 'revision1', { userId: null }),
        thing('batch', '3', { userId: ada.id }),
        thing('server', 'server02', { projectId: other.id }),
      ];
      await ask('POST', '/running/stop', { project: 'sales', reason });
      expect(state.things.map(({ id }) => id)).toEqual(['server02']);
      expect(await events(world)).toMatchObject([{ action: 'admin.stop-all', project: 'sales' }]);
    });

    it('the others as well when one can’t be ended, and says that this failed', async () => {
      await using world = await adminFixture();
      const { ask, state, thing } = world;
      state.things = [thing('session', '7'), thing('server', 'server01')];
      state.broken = '7';
      expect((await ask('POST', '/running/stop', { user: 'eve@example.org', reason })).statusCode).toBe(500);
      expect(state.things.map(({ id }) => id)).toEqual(['7']);
      expect(await events(world)).toMatchObject([{ action: 'admin.stop-all', outcome: 'failed' }]);
    });

    it('nothing of somebody or something that does not exist, nor of both at once', async () => {
      await using world = await adminFixture();
      const { ask } = world;
      for (const [body, status] of [
        [{ user: 'nobody@example.org', reason }, 404],
        [{ project: 'absent', reason }, 404],
        [{ user: 'eve@example.org', project: 'sales', reason }, 400],
        [{ reason }, 400],
      ] as const) {
        expect((await ask('POST', '/running/stop', body)).statusCode).toBe(status);
      }
    });
  });
});
