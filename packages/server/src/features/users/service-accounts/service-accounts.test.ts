import type { ServiceAccount } from '@emberlab/contract';
import { describe, expect, it } from 'vitest';
import { accountFixture } from '../account.fixture.ts';

describe('an account for a program', () => {
  const root = { email: 'root@example.org', name: 'Root', password: 'a secret of my own' };

  async function made() {
    const world = await accountFixture();
    await world.users.service.create({ ...root, admin: true });
    const cookie = await world.logIn(root);
    const answer = await world.call('POST', '/service-accounts', {
      cookie,
      payload: { name: 'nightly', label: 'Nightly' },
    });
    expect(answer.statusCode).toBe(201);
    const account = answer.json<ServiceAccount>();
    const at = `/service-accounts/${account.id}`;
    return { world, cookie, account, at };
  }

  it('is made by an administrator and lives by its tokens alone', async () => {
    const { world, cookie, account, at } = await made();
    await using _ = world;
    expect(account).toMatchObject({ email: 'nightly@service.invalid', name: 'Nightly', tokens: 0 });
    const payload = { name: 'cron', scopes: ['read', 'run'] };
    const { secret } = (await world.call('POST', `${at}/tokens`, { cookie, payload })).json<{ secret: string }>();
    expect((await world.as(secret, { url: '/api/v1/me' })).json()).toMatchObject({
      email: account.email,
      admin: false,
    });
    const listed = await world.call('GET', `${at}/tokens`, { cookie });
    expect(listed.json()).toMatchObject({ items: [{ name: 'cron', scopes: ['read', 'run'] }] });
    expect((await world.call('GET', '/service-accounts', { cookie })).json()).toMatchObject({ items: [{ tokens: 1 }] });
    // It has no password, and nothing is one.
    for (const password of ['', ' ', 'nightly']) {
      const login = await world.call('POST', '/auth/login', { payload: { email: account.email, password } });
      expect(login.json()).toMatchObject({ error: { code: 'wrong_credentials' } });
    }
  });

  it('is in projects as others are, and its tokens open those alone', async () => {
    const { world, cookie, account, at } = await made();
    await using _ = world;
    const { id } = await world.projects.service.create({ name: 'alpha' }, world.user.id);
    const make = () =>
      world.call('POST', `${at}/tokens`, { cookie, payload: { name: 'x', scopes: ['read'], projects: ['alpha'] } });
    expect((await make()).statusCode).toBe(400);
    await world.db
      .insertInto('members')
      .values({ project_id: id, user_id: account.id, role: 'viewer', since: 0 })
      .execute();
    const { secret } = (await make()).json<{ secret: string }>();
    expect((await world.as(secret, { url: '/api/v1/projects/alpha' })).statusCode).toBe(200);
  });

  it('gets no rights of an administrator', async () => {
    const { world, cookie, at } = await made();
    await using _ = world;
    const answer = await world.call('POST', `${at}/tokens`, { cookie, payload: { name: 'x', scopes: ['admin'] } });
    expect(answer.statusCode).toBe(403);
  });

  it('is removed with its tokens, and its name is not given again', async () => {
    const { world, cookie, at } = await made();
    await using _ = world;
    const { secret } = (await world.call('POST', `${at}/tokens`, { cookie, payload: { name: 'x' } })).json<{
      secret: string;
    }>();
    expect((await world.call('DELETE', at, { cookie })).statusCode).toBe(200);
    expect((await world.as(secret, { url: '/api/v1/me' })).statusCode).toBe(401);
    expect((await world.call('GET', '/service-accounts', { cookie })).json()).toMatchObject({ items: [] });
    const again = await world.call('POST', '/service-accounts', { cookie, payload: { name: 'nightly', label: 'N' } });
    expect(again.json()).toMatchObject({ error: { code: 'name_taken' } });
  });

  it('is not to be seen or named as another kind of account', async () => {
    const { world, cookie } = await made();
    await using _ = world;
    // A person is no such account, so an administrator makes no tokens in their name.
    const answer = await world.call('POST', `/service-accounts/${world.user.id}/tokens`, {
      cookie,
      payload: { name: 'x' },
    });
    expect(answer.statusCode).toBe(404);
    expect((await world.call('GET', '/service-accounts', { cookie: await world.logIn() })).statusCode).toBe(403);
  });
});
