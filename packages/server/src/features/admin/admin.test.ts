import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AdminEvent, ProjectOverview } from '@emberlab/contract';
import { describe, expect, it } from 'vitest';
import { adminFixture, reason } from './admin.fixture.ts';

describe('the administrators’ area', () => {
  it('is for nobody else', async () => {
    await using world = await adminFixture();
    const { ask, eve, state, thing } = world;
    for (const path of ['/running', '/machine', '/health', '/projects', '/settings', '/events']) {
      expect((await ask('GET', path, undefined, eve.token)).json()).toMatchObject({ error: { code: 'forbidden' } });
    }
    state.things = [thing('server', 'server01')];
    for (const [path, body] of [
      ['/running/server/server01/stop', { reason }],
      ['/running/stop', { user: 'eve@example.org', reason }],
    ] as const) {
      expect((await ask('POST', path, body, eve.token)).json()).toMatchObject({ error: { code: 'forbidden' } });
    }
    expect(state.stopped).toEqual([]);
  });

  it('lists projects in which the administrator is nobody', async () => {
    await using world = await adminFixture();
    const { ada, ask, kit, projectId } = world;
    await kit.projects.service.create({ name: 'own' }, ada.id);
    await kit.projects.service.archive(projectId);
    const { items } = (await ask('GET', '/projects')).json<{ items: ProjectOverview[] }>();
    expect(items.find(({ name }) => name === 'sales')).toMatchObject({
      running: { kinds: {}, memoryMb: 0, cores: 0 },
      label: 'Sales',
      state: 'archived',
      owners: ['eve@example.org'],
      members: 1,
    });
    expect(items).toHaveLength(2);
  });

  it('streams what runs, at once and after a change, to an open page alone', async () => {
    await using world = await adminFixture();
    const { ada, bus, clock, kit, projectId, state, thing } = world;
    state.things = [thing('server', 'server01')];
    await kit.app.listen({ port: 0, host: '127.0.0.1' });
    const { port } = kit.app.server.address() as AddressInfo;
    const headers = { authorization: `Bearer ${ada.token}` };
    const asked = request({ port, host: '127.0.0.1', path: '/api/v1/admin/events', headers }).end();
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    let text = '';
    answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    const told = () =>
      text
        .split('\n')
        .filter((line) => line.startsWith('data: '))
        .map((line) => JSON.parse(line.slice(6)) as AdminEvent)
        .flatMap((event) => (event.type === 'running' ? [event.digest] : []));
    await expect.poll(told).toHaveLength(1);
    state.things = [thing('server', 'server01'), thing('session', '7')];
    bus.publish({ projectId, users: [], present: () => null });
    await expect
      .poll(() => {
        clock.advance(250);
        return new Set(told()).size;
      })
      .toBe(2);
    // How it ends is not what this is about.
    answer.on('error', () => undefined);
    const closed = new Promise((resolve) => answer.once('close', resolve));
    asked.destroy();
    await closed;
  });
});
