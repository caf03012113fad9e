import type { LoginEntry } from '@emberlab/contract';
import { describe, expect, it } from 'vitest';
import { ada, accountFixture } from '../account.fixture.ts';

const hour = 3_600_000;
const day = 24 * hour;

describe('logins', () => {
  it('are listed with whence they are, the last used first, and this one marked', async () => {
    await using world = await accountFixture();
    await world.logIn(ada, { from: '192.0.2.1', headers: { 'user-agent': 'Old \u202e\nBrowser'.padEnd(9000, 'x') } });
    world.clock.advance(2 * hour);
    const cookie = await world.logIn(ada, { from: '192.0.2.2', headers: { 'user-agent': 'Mozilla/5.0 Firefox/140' } });
    const answer = await world.call('GET', '/me/logins', { cookie });
    const { items } = answer.json<{ items: LoginEntry[] }>();
    expect(items).toMatchObject([
      { current: true, address: '192.0.2.2', userAgent: 'Mozilla/5.0 Firefox/140' },
      { current: false, address: '192.0.2.1' },
    ]);
    expect(items[1]?.userAgent).toHaveLength(300);
    expect(items[1]?.userAgent).toMatch(/^[\x20-\x7e]+$/);
    // Neither a cookie nor what is kept of it can be had from the list.
    const { digest } = await world.db.selectFrom('logins').select('digest').executeTakeFirstOrThrow();
    expect(answer.body).not.toContain(digest);
  });

  it('are ended one by one or all but this, with what was opened in them', async () => {
    await using world = await accountFixture();
    const [here, there, elsewhere] = [await world.logIn(), await world.logIn(), await world.logIn()];
    const { items } = (await world.call('GET', '/me/logins', { cookie: there })).json<{ items: LoginEntry[] }>();
    const id = items.find((login) => login.current)?.id;
    expect((await world.call('DELETE', `/me/logins/${id}`, { cookie: here })).statusCode).toBe(200);
    expect((await world.call('GET', '/me', { cookie: there })).statusCode).toBe(401);
    expect((await world.call('DELETE', '/me/logins', { cookie: here })).statusCode).toBe(200);
    expect((await world.call('GET', '/me', { cookie: elsewhere })).statusCode).toBe(401);
    expect((await world.call('GET', '/me', { cookie: here })).statusCode).toBe(200);
    expect(world.endedLogins).toHaveLength(2);
  });

  it("of others can't be seen or ended", async () => {
    await using world = await accountFixture();
    const eve = { email: 'eve@example.org', name: 'Eve', password: 'a secret of my own' };
    await world.users.service.create({ ...eve, admin: true });
    const hers = await world.logIn(eve);
    const mine = await world.logIn();
    const { items } = (await world.call('GET', '/me/logins', { cookie: mine })).json<{ items: LoginEntry[] }>();
    expect(items).toHaveLength(1);
    expect((await world.call('DELETE', `/me/logins/${items[0]?.id}`, { cookie: hers })).statusCode).toBe(404);
    await world.call('DELETE', '/me/logins', { cookie: hers });
    expect((await world.call('GET', '/me', { cookie: mine })).statusCode).toBe(200);
  });

  it('are not replaced by a cookie of the same name that a neighbour has planted', async () => {
    await using world = await accountFixture();
    const eve = { email: 'eve@example.org', name: 'Eve', password: 'a secret of my own' };
    await world.users.service.create({ ...eve, admin: false });
    const [mine, hers] = [await world.logIn(), await world.logIn(eve)];
    const me = async (cookie: string) => (await world.call('GET', '/me', { cookie })).json();
    for (const cookie of [`emberlab=planted; ${mine}`, `${mine}; emberlab=planted`, `${mine}; ${mine}`]) {
      expect(await me(cookie)).toMatchObject({ email: ada.email });
    }
    for (const cookie of [`${hers}; ${mine}`, `${mine}; ${hers}`]) {
      expect(await me(cookie)).toMatchObject({ error: { code: 'not_logged_in' } });
    }
    // What looks like it, and has another name.
    for (const name of ['\u00a0emberlab', 'xemberlab', '%65mberlab', 'EMBERLAB']) {
      expect(await me(`${hers.replace('emberlab', name)}; ${mine}`)).toMatchObject({ email: ada.email });
    }
  });

  it('end a week after they were used last', async () => {
    await using world = await accountFixture();
    const cookie = await world.logIn();
    const state = async () => (await world.call('GET', '/me', { cookie })).statusCode;
    world.clock.advance(6 * day);
    expect(await state()).toBe(200);
    world.clock.advance(6 * day);
    expect(await state()).toBe(200);
    world.clock.advance(7 * day + 1);
    expect(await state()).toBe(401);
  });

  it('end after two weeks, however much they are used', async () => {
    await using world = await accountFixture();
    const cookie = await world.logIn();
    for (let used = 0; used < 13; used += 1) {
      world.clock.advance(day);
      expect((await world.call('GET', '/me', { cookie })).statusCode).toBe(200);
    }
    world.clock.advance(day);
    expect((await world.call('GET', '/me', { cookie })).statusCode).toBe(401);
    await world.users.service.forgetExpired();
    expect(await world.db.selectFrom('logins').selectAll().execute()).toEqual([]);
  });

  it('count work in Jupyter as use', async () => {
    await using world = await accountFixture();
    const cookie = await world.logIn();
    const { digest } = await world.db.selectFrom('logins').select('digest').executeTakeFirstOrThrow();
    await world.db
      .insertInto('grants')
      .values({
        digest: 'grant',
        target_id: 'server1',
        user_id: world.user.id,
        login_digest: digest,
        token_id: null,
        created_at: 0,
        expires_at: world.clock.now() + 14 * day,
      })
      .execute();
    world.clock.advance(6 * day);
    await world.users.service.touchByTargets(['server1', 'server2']);
    world.clock.advance(6 * day);
    expect((await world.call('GET', '/me', { cookie })).statusCode).toBe(200);
  });
});
