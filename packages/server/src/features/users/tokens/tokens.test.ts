import type { ApiToken } from '@emberlab/contract';
import { describe, expect, it } from 'vitest';
import { accountFixture } from '../account.fixture.ts';

type Made = ApiToken & { secret: string };

describe('a token', () => {
  it('is made with scopes, projects and an end, and shows them', async () => {
    await using world = await accountFixture();
    const cookie = await world.logIn();
    await world.projects.service.create({ name: 'alpha' }, world.user.id);
    const payload = { name: 'nightly', scopes: ['read', 'run'], projects: ['alpha'], expiresInDays: 7 };
    const answer = await world.call('POST', '/me/tokens', { cookie, payload });
    expect(answer.json()).toMatchObject({ name: 'nightly', scopes: ['read', 'run'], projects: ['alpha'] });
    const { items } = (await world.call('GET', '/me/tokens', { cookie })).json<{ items: ApiToken[] }>();
    expect(items).toMatchObject([{ scopes: ['read', 'run'], projects: ['alpha'], lastUsedAt: null }]);
  });

  it('gets nothing that its maker does not have', async () => {
    await using world = await accountFixture();
    const cookie = await world.logIn();
    await world.projects.service.create({ name: 'alpha' }, world.user.id);
    const eve = await world.users.service.create({
      email: 'eve@example.org',
      name: 'Eve',
      password: 'a secret of my own',
      admin: false,
    });
    await world.projects.service.create({ name: 'hers' }, eve.id);
    const make = (more: object) => world.call('POST', '/me/tokens', { cookie, payload: { name: 'x', ...more } });
    expect((await make({ scopes: ['admin'] })).json()).toMatchObject({ error: { code: 'forbidden' } });
    const [foreign, absent] = [await make({ projects: ['hers'] }), await make({ projects: ['none'] })];
    expect(foreign.statusCode).toBe(400);
    expect(foreign.json<{ error: { message: string } }>().error.message.replace('hers', 'none')).toBe(
      absent.json<{ error: { message: string } }>().error.message,
    );
    expect((await make({ scopes: [] })).statusCode).toBe(400);
    expect((await make({ projects: [] })).statusCode).toBe(400);
  });

  it('for one project lists that alone, and nothing once the project is gone', async () => {
    await using world = await accountFixture();
    const cookie = await world.logIn();
    await world.projects.service.create({ name: 'alpha' }, world.user.id);
    await world.projects.service.create({ name: 'beta' }, world.user.id);
    const payload = { name: 'x', projects: ['beta'] };
    const { secret } = (await world.call('POST', '/me/tokens', { cookie, payload })).json<Made>();
    const list = async () =>
      (await world.as(secret, { url: '/api/v1/projects' }))
        .json<{ items: { name: string }[] }>()
        .items.map((p) => p.name);
    expect(await list()).toEqual(['beta']);
    await world.db.deleteFrom('projects').where('name', '=', 'beta').execute();
    expect(await list()).toEqual([]);
    // A new project of the old name is another one.
    await world.db
      .insertInto('projects')
      .values({ id: 'another1', name: 'beta', label: 'b', created_at: 0, last_activity_at: 0 })
      .execute();
    await world.db
      .insertInto('members')
      .values({ project_id: 'another1', user_id: world.user.id, role: 'owner', since: 0 })
      .execute();
    expect((await world.as(secret, { url: '/api/v1/projects/beta' })).statusCode).toBe(404);
  });

  it('dies with its user', async () => {
    await using world = await accountFixture();
    const { secret } = await world.users.service.createToken(world.user.id, 'x', null);
    expect((await world.as(secret, { url: '/api/v1/me' })).statusCode).toBe(200);
    await world.db.updateTable('users').set({ disabled_at: world.clock.now() }).execute();
    expect((await world.as(secret, { url: '/api/v1/me' })).statusCode).toBe(401);
  });
});
