import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fakeClock } from '../../lib/clock.fake.ts';
import { testApp, testOrigin, type TestApp } from '../../testing/app.ts';
import { createGuessStore } from './guess-store.ts';
import { createGuesses, type Guesses } from './guesses.ts';
import { createLoginService } from './logins/service.ts';
import { createLoginStore } from './logins/store.ts';
import { hashPassword, verifyPassword } from './password.ts';
import { createAccountService } from './service.ts';
import { createUserStore } from './store.ts';

const day = 24 * 3600 * 1000;
const ada = { email: 'ada@example.org', name: 'Ada', password: 'correct horse battery' };

describe('accounts', () => {
  const clock = fakeClock();
  let folder: string;
  let kit: TestApp;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'emberlab-users-'));
    kit = await testApp({ clock, projectsFolder: folder });
  });
  afterEach(async () => {
    await kit[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });

  const post = (url: string, payload: object, headers: Record<string, string> = {}) =>
    kit.app.inject({ method: 'POST', url: `/api/v1${url}`, payload, headers });
  const logIn = async (as: { email: string; password: string } = ada): Promise<string> => {
    const answer = await post('/auth/login', as);
    expect(answer.statusCode).toBe(200);
    return String(answer.headers['set-cookie']).split(';')[0] ?? '';
  };

  describe('set-up link', () => {
    it('makes the first administrator once, logged in', async () => {
      const token = await kit.users.service.newSetUpLink();
      expect((await kit.app.inject('/api/v1/auth/state')).json()).toEqual({
        setUpNeeded: true,
        user: null,
        openId: null,
      });
      const answer = await post('/auth/setup', { token, ...ada });
      expect(answer.statusCode).toBe(201);
      expect(answer.json()).toMatchObject({ email: ada.email, admin: true });
      const cookie = String(answer.headers['set-cookie']);
      expect(cookie).toMatch(/^emberlab=ember_login_[\w-]+; .*Path=\/; HttpOnly; SameSite=Lax/);
      const state = await kit.app.inject({
        url: '/api/v1/auth/state',
        headers: { cookie: cookie.split(';')[0] ?? '' },
      });
      expect(state.json()).toMatchObject({ setUpNeeded: false, user: { email: ada.email } });
      expect((await post('/auth/setup', { token, ...ada, email: 'eve@example.org' })).json()).toMatchObject({
        error: { code: 'set_up_done' },
      });
    });

    it('stays good when the platform starts again and prints another', async () => {
      const first = await kit.users.service.newSetUpLink();
      const second = await kit.users.service.newSetUpLink();
      expect((await post('/auth/setup', { token: first, ...ada })).statusCode).toBe(201);
      expect((await post('/auth/setup', { token: second, ...ada, email: 'eve@example.org' })).statusCode).toBe(410);
    });

    it('makes one administrator, however many come at once', async () => {
      const links = await Promise.all([1, 2, 3].map(() => kit.users.service.newSetUpLink()));
      const answers = await Promise.all(
        [...links, ...links].map((token, index) =>
          post('/auth/setup', { token, ...ada, email: `a${index}@example.org` }),
        ),
      );
      expect(answers.map((answer) => answer.statusCode).toSorted((a, b) => a - b)).toEqual([
        201, 410, 410, 410, 410, 410,
      ]);
    });

    it('is refused when wrong or late', async () => {
      const token = await kit.users.service.newSetUpLink();
      expect((await post('/auth/setup', { token: 'nonsense', ...ada })).statusCode).toBe(410);
      clock.advance(day + 1);
      expect((await post('/auth/setup', { token, ...ada })).statusCode).toBe(410);
    });
  });

  describe('login', () => {
    beforeEach(() => kit.users.service.create({ ...ada, admin: false }));

    it('answers an unknown address and a wrong password alike', async () => {
      const wrong = await post('/auth/login', { ...ada, password: 'wrong' });
      const unknown = await post('/auth/login', { ...ada, email: 'bob@example.org' });
      expect(wrong.statusCode).toBe(401);
      const withoutId = (body: string) => body.replace(/"requestId":"[^"]+"/, '');
      expect(withoutId(unknown.body)).toBe(withoutId(wrong.body));
      expect(unknown.headers['set-cookie']).toBeUndefined();
    });

    it('makes who guesses wait a minute, and nobody else', async () => {
      const guess = () => post('/auth/login', { ...ada, password: 'wrong' }, { 'x-forwarded-for': '192.0.2.1' });
      for (let tries = 0; tries < 10; tries += 1) expect((await guess()).statusCode).toBe(401);
      expect((await guess()).json()).toMatchObject({ error: { code: 'too_many_requests' } });
      const right = () => post('/auth/login', ada, { 'x-forwarded-for': '192.0.2.1' });
      expect((await right()).statusCode).toBe(429);
      expect((await post('/auth/login', ada, { 'x-forwarded-for': '192.0.2.2' })).statusCode).toBe(200);
      clock.advance(60_000);
      expect((await right()).statusCode).toBe(200);
    });

    it('by the old password is none when the password is changed at that moment, and the old one changes nothing more', async () => {
      const user = await kit.users.service.findByEmail(ada.email);
      if (user === null) throw new Error('no Ada');
      const store = createUserStore(kit.db);
      const logins = createLoginService({
        store: createLoginStore(kit.db),
        clock,
        limits: { idleMs: day, mostMs: day },
        onEnded: async () => undefined,
      });
      const resetting: Guesses = {
        ...createGuesses({ store: createGuessStore(kit.db), clock }),
        async attempt(_email, _address, verify) {
          const verified = await verify();
          await kit.users.service.resetPassword(user, 'another horse battery');
          return verified;
        },
      };
      const accounts = createAccountService({ store, clock, logins, guesses: resetting });
      const place = { address: '192.0.2.1', userAgent: undefined };
      await expect(accounts.logIn(ada.email, ada.password, place)).rejects.toMatchObject({ code: 'wrong_credentials' });
      expect(await kit.db.selectFrom('logins').selectAll().execute()).toEqual([]);

      const change = { current: 'another horse battery', password: 'a third horse battery' };
      const login = { digest: '', address: '192.0.2.1' };
      await expect(accounts.changePassword(user, change, login)).rejects.toMatchObject({ code: 'wrong_credentials' });
      expect((await post('/auth/login', { ...ada, password: 'another horse battery' })).statusCode).toBe(200);
    });

    it('is none for who was disabled at that moment, also once they are enabled again', async () => {
      const user = await kit.users.service.findByEmail(ada.email);
      if (user === null) throw new Error('no Ada');
      const logins = createLoginService({
        store: createLoginStore(kit.db),
        clock,
        limits: { idleMs: day, mostMs: day },
        onEnded: async () => undefined,
      });
      await kit.db.updateTable('users').set({ disabled_at: clock.now() }).execute();
      const begun = logins.begin(user, { address: '192.0.2.1', userAgent: undefined });
      await expect(begun).rejects.toMatchObject({ code: 'wrong_credentials' });
      expect(await kit.db.selectFrom('logins').selectAll().execute()).toEqual([]);
    });

    it('does not mind the case of the address', async () => {
      expect((await post('/auth/login', { ...ada, email: ' Ada@Example.org ' })).statusCode).toBe(200);
    });

    it('ends at log-out, and tells what was opened with it', async () => {
      const cookie = await logIn();
      expect((await kit.app.inject({ url: '/api/v1/me', headers: { cookie } })).json()).toMatchObject({
        email: ada.email,
      });
      expect((await post('/auth/logout', {}, { cookie })).statusCode).toBe(200);
      expect((await kit.app.inject({ url: '/api/v1/me', headers: { cookie } })).statusCode).toBe(401);
      expect(kit.endedLogins).toHaveLength(1);
    });

    it.each([
      [{ 'sec-fetch-site': 'cross-site' }],
      [{ 'sec-fetch-site': 'same-site' }],
      [{ origin: 'http://evil.localhost:8080' }],
      [{ origin: `${testOrigin}.evil.example` }],
      [{ origin: 'null' }],
    ])('refuses a change that another site asks for: %j', async (headers) => {
      const cookie = await logIn();
      expect((await post('/auth/logout', {}, { cookie, ...headers })).json()).toMatchObject({
        error: { code: 'cross_site' },
      });
      expect((await post('/auth/login', ada, headers)).statusCode).toBe(403);
      expect((await kit.app.inject({ url: '/api/v1/me', headers: { cookie } })).statusCode).toBe(200);
    });

    it('accepts a change from its own page', async () => {
      expect((await post('/auth/login', ada, { origin: testOrigin, 'sec-fetch-site': 'same-origin' })).statusCode).toBe(
        200,
      );
    });
  });

  describe('tokens', () => {
    let userId: string;
    beforeEach(async () => {
      userId = (await kit.users.service.create({ ...ada, admin: false })).id;
    });

    it('are shown once, listed without their secret, used, and revoked', async () => {
      const cookie = await logIn();
      const made = (await post('/me/tokens', { name: 'laptop', expiresInDays: 1 }, { cookie })).json<{
        id: string;
        secret: string;
      }>();
      expect((await kit.as(made.secret, { url: '/api/v1/me' })).json()).toMatchObject({ email: ada.email });
      const list = await kit.app.inject({ url: '/api/v1/me/tokens', headers: { cookie } });
      expect(list.json()).toMatchObject({
        items: [{ id: made.id, name: 'laptop', lastUsedAt: new Date(clock.now()).toISOString() }],
      });
      expect(list.body).not.toContain(made.secret);
      const revoked = await kit.app.inject({
        method: 'DELETE',
        url: `/api/v1/me/tokens/${made.id}`,
        headers: { cookie },
      });
      expect(revoked.statusCode).toBe(200);
      expect((await kit.as(made.secret, { url: '/api/v1/me' })).statusCode).toBe(401);
    });

    it('end themselves when they log out', async () => {
      const { secret } = await kit.users.service.createToken(userId, 'cli', null);
      expect((await kit.as(secret, { method: 'POST', url: '/api/v1/auth/logout' })).statusCode).toBe(200);
      expect((await kit.as(secret, { url: '/api/v1/me' })).statusCode).toBe(401);
    });

    it('can not make tokens, which would outlive them', async () => {
      const { secret } = await kit.users.service.createToken(userId, 'short', 1);
      const answer = await kit.as(secret, {
        method: 'POST',
        url: '/api/v1/me/tokens',
        payload: { name: 'more', expiresInDays: null },
      });
      expect(answer.statusCode).toBe(403);
    });

    it('end when they expire', async () => {
      const { secret } = await kit.users.service.createToken(userId, 'short', 1);
      clock.advance(day + 1);
      expect((await kit.as(secret, { url: '/api/v1/me' })).statusCode).toBe(401);
    });

    it("of others can't be revoked", async () => {
      const { id } = await kit.users.service.createToken(userId, 'mine', null);
      const eve = await kit.users.service.create({
        email: 'eve@example.org',
        name: 'Eve',
        password: ada.password,
        admin: true,
      });
      const cookie = await logIn({ email: eve.email, password: ada.password });
      const answer = await kit.app.inject({ method: 'DELETE', url: `/api/v1/me/tokens/${id}`, headers: { cookie } });
      expect(answer.statusCode).toBe(404);
    });

    it('of a good cookie do not make up for a wrong one in the header', async () => {
      const cookie = await logIn();
      const answer = await kit.app.inject({ url: '/api/v1/me', headers: { cookie, authorization: 'Bearer nonsense' } });
      expect(answer.statusCode).toBe(401);
    });
  });
});

describe('passwords', () => {
  it('are stored salted and fit only themselves', async () => {
    const [one, two] = await Promise.all([hashPassword('pässword one'), hashPassword('pässword one')]);
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(one).not.toBe(two);
    expect(await verifyPassword('pässword one', one)).toBe(true);
    expect(await verifyPassword('pässword two', one)).toBe(false);
    expect(await verifyPassword('anything', null)).toBe(false);
    expect(await verifyPassword('anything', 'not a hash')).toBe(false);
  });

  it('typed with other code points for the same letters are the same', async () => {
    expect(await verifyPassword('pa\u0308ssword', await hashPassword('p\u00e4ssword'))).toBe(true);
  });
});
