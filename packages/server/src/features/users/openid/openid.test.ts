import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testOrigin } from '../../../testing/app.ts';
import { ada, accountFixture } from '../account.fixture.ts';
import { clientSecret, startProvider } from './provider.fixture.ts';
import { toIdentity } from './provider.ts';
import { callbackPath } from './service.ts';
import type { OpenIdSettings } from './settings.ts';

describe('a login through a provider of OpenID Connect', () => {
  let folder: string;
  let provider: Awaited<ReturnType<typeof startProvider>>;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'emberlab-openid-'));
    writeFileSync(join(folder, 'secret'), `${clientSecret}\n`);
    provider = await startProvider(`${testOrigin}${callbackPath}`);
  });
  afterAll(async () => {
    await provider[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });

  async function openWorld(settings: Partial<OpenIdSettings> = {}) {
    const world = await accountFixture({
      settings: {
        issuer: provider.issuer,
        clientId: 'emberlab',
        clientSecretFile: join(folder, 'secret'),
        label: 'Example Login',
        scopes: 'openid email profile groups',
        groupsClaim: 'groups',
        roles: [],
        domains: null,
        signUp: true,
        ...settings,
      },
      publicOrigin: testOrigin,
      secretsKey: join(folder, 'secrets.key'),
    });
    const cookieOf = (answer: { headers: Record<string, unknown> }, name: string): string | undefined =>
      [answer.headers['set-cookie'] ?? []]
        .flat()
        .map(String)
        .find((line) => line.startsWith(`${name}=`))
        ?.split(';')[0];

    /** Begins as our page does, or as the account page where `login` is given. */
    async function begin(more: { next?: string; login?: string } = {}) {
      const answer =
        more.login === undefined
          ? await world.call('POST', '/auth/openid', { payload: { next: more.next } })
          : await world.call('POST', '/me/openid', { cookie: more.login });
      expect(answer.statusCode).toBe(200);
      return { url: answer.json<{ url: string }>().url, attempt: cookieOf(answer, 'emberlab-openid') ?? '' };
    }

    async function come(back: URL, cookie: string) {
      const answer = await world.app.inject({ url: `${back.pathname}${back.search}`, headers: { cookie } });
      expect(answer.statusCode).toBe(303);
      const login = cookieOf(answer, 'emberlab');
      return { path: String(answer.headers.location), login };
    }

    return {
      ...world,
      begin,
      come,
      /** The whole way; answers where it leads, and the account. */
      async through(subject: string, more: { next?: string; login?: string } = {}) {
        const { url, attempt } = await begin(more);
        const back = await provider.logIn(url, subject);
        const landed = await come(back, [attempt, more.login ?? ''].join('; '));
        const me = landed.login === undefined ? null : await world.call('GET', '/me', { cookie: landed.login });
        return { ...landed, email: me?.json<{ email: string }>().email };
      },
      [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
    };
  }

  it('makes an account at first, finds it again by issuer and subject, and goes on to where one wanted to go', async () => {
    await using world = await openWorld();
    await provider.account('grace', { email: 'Grace@example.org', email_verified: true, name: 'Grace Hopper' });
    const { path, email, login = '' } = await world.through('grace', { next: '/projects/demo/jupyter?x=1' });
    expect([path, email]).toEqual(['/projects/demo/jupyter?x=1', 'grace@example.org']);
    expect((await world.call('GET', '/me/sign-in', { cookie: login })).json()).toEqual({
      password: false,
      openId: { label: 'Example Login', linked: true },
    });
    // Another address is the same person still.
    await provider.account('grace', { email: 'hopper@example.org', email_verified: false });
    expect(await world.through('grace')).toMatchObject({ path: '/', email: 'grace@example.org' });
    expect(await world.db.selectFrom('users').selectAll().execute()).toHaveLength(2);
  });

  it('asks with PKCE, state and nonce, and keeps its secrets in a cookie that only we can read', async () => {
    await using world = await openWorld();
    const { url, attempt } = await world.begin();
    const asked = Object.fromEntries(new URL(url).searchParams);
    expect(asked).toMatchObject({ response_type: 'code', code_challenge_method: 'S256', client_id: 'emberlab' });
    expect(asked['state']).toMatch(/^.{43}$/);
    expect(asked['nonce']).toMatch(/^.{43}$/);
    expect(attempt).not.toContain(asked['state']);
    const [answer] = [await world.call('POST', '/auth/openid', { payload: {} })];
    expect(String(answer.headers['set-cookie'])).toMatch(/HttpOnly.*SameSite=Lax/);
  });

  it.each(['//evil.example/', 'https://evil.example/', '/\\evil.example', '/login'])(
    'leads to a page of ours, whatever the link said: %j',
    async (next) => {
      await using world = await openWorld();
      await provider.account('grace', { email: 'grace@example.org', email_verified: true });
      expect((await world.through('grace', { next })).path).toBe('/');
    },
  );

  it.each([
    ['is not verified', { email: 'eve@example.org', email_verified: false }],
    ['is verified with a word', { email: 'eve@example.org', email_verified: 'true' }],
    ['is missing', { email_verified: true }],
    ['is none', { email: 'eve', email_verified: true }],
  ])('is refused when the address %s', async (_what, claims) => {
    await using world = await openWorld();
    await provider.account('eve', claims);
    expect(await world.through('eve')).toMatchObject({ path: '/login?problem=openid_email', login: undefined });
  });

  it('never opens the account of somebody who has the same address', async () => {
    await using world = await openWorld();
    await provider.account('eve', { email: ada.email, email_verified: true });
    expect(await world.through('eve')).toMatchObject({ path: '/login?problem=openid_not_linked', login: undefined });
    await provider.account('grace', { email: 'grace@example.org', email_verified: true });
    await world.through('grace');
    await provider.account('mallory', { email: 'grace@example.org', email_verified: true });
    expect((await world.through('mallory')).path).toBe('/login?problem=openid_not_linked');
  });

  it('takes up an account that was made for it, without a password', async () => {
    await using world = await openWorld({ signUp: false });
    await provider.account('carol', { email: 'carol@example.org', email_verified: true });
    expect((await world.through('carol')).path).toBe('/login?problem=openid_no_account');
    await world.users.service.create({ email: 'carol@example.org', name: 'Carol', password: null, admin: true });
    expect((await world.through('carol')).email).toBe('carol@example.org');
  });

  it('takes up no account of a program, and none that is disabled', async () => {
    await using world = await openWorld();
    const robot = await world.users.serviceAccounts.create({ name: 'robot', label: 'Robot' });
    await provider.account('eve', { email: robot.email, email_verified: true });
    expect((await world.through('eve')).path).toBe('/login?problem=openid_not_linked');
    await provider.account('grace', { email: 'grace@example.org', email_verified: true });
    await world.through('grace');
    await world.db.updateTable('users').set({ disabled_at: 1 }).where('email', '=', 'grace@example.org').execute();
    expect((await world.through('grace')).path).toBe('/login?problem=openid_no_account');
  });

  it.each([
    ['grace@example.org', true],
    ['grace@evil-example.org', false],
    ['grace@example.org.evil.example', false],
    ['grace@sub.example.org', false],
  ])('looks at the whole domain: %s', async (email, gets) => {
    await using world = await openWorld({ domains: ['example.org'] });
    await provider.account('domain', { email, email_verified: true });
    const { login } = await world.through('domain');
    expect(login !== undefined).toBe(gets);
  });

  describe('that somebody meddles with', () => {
    async function atTheDoor() {
      const world = await openWorld();
      await provider.account('grace', { email: 'grace@example.org', email_verified: true });
      const { url, attempt } = await world.begin();
      return { world, attempt, back: await provider.logIn(url, 'grace') };
    }
    const changed = (url: URL, name: string, value: string) => {
      const other = new URL(url);
      other.searchParams.set(name, value);
      return other;
    };

    it.each([['state'], ['code'], ['iss']])('is refused: another %s', async (name) => {
      const { world, attempt, back } = await atTheDoor();
      await using _ = world;
      const value = name === 'iss' ? 'http://evil.example' : 'other';
      expect(await world.come(changed(back, name, value), attempt)).toEqual({
        path: '/login?problem=openid_failed',
        login: undefined,
      });
    });

    it('is refused in a browser that did not begin it', async () => {
      const { world, back } = await atTheDoor();
      await using _ = world;
      expect((await world.come(back, 'emberlab-openid=forged')).path).toBe('/login?problem=openid_expired');
      expect((await world.come(back, '')).path).toBe('/login?problem=openid_expired');
    });

    it("is refused with the code of another attempt, also under this one's state", async () => {
      const { world, back } = await atTheDoor();
      await using _ = world;
      const mine = await world.begin();
      const state = new URL(mine.url).searchParams.get('state') ?? '';
      expect((await world.come(changed(back, 'state', state), mine.attempt)).path).toBe('/login?problem=openid_failed');
    });

    it('is good once, and for ten minutes', async () => {
      const { world, attempt, back } = await atTheDoor();
      await using _ = world;
      expect((await world.come(back, attempt)).login).toBeDefined();
      expect((await world.come(back, attempt)).path).toBe('/login?problem=openid_failed');
      world.clock.advance(10 * 60_000);
      expect((await world.come(back, attempt)).path).toBe('/login?problem=openid_expired');
    });

    it('is over when somebody says no at the provider', async () => {
      await using world = await openWorld();
      expect((await world.through('nobody')).path).toBe('/login?problem=openid_failed');
    });
  });

  it('says so when the provider does not answer', async () => {
    await using world = await openWorld({ issuer: 'http://localhost:9' });
    const answer = await world.call('POST', '/auth/openid', { payload: {} });
    expect(answer.json()).toMatchObject({ error: { code: 'openid_unavailable' } });
  });

  it('is not there without a provider', async () => {
    await using world = await accountFixture();
    expect((await world.call('POST', '/auth/openid', { payload: {} })).statusCode).toBe(404);
    expect((await world.call('GET', '/auth/state')).json()).toMatchObject({ openId: null });
  });

  describe('linked with an account', () => {
    it('by its user opens it from then on, until it is unlinked', async () => {
      await using world = await openWorld();
      await provider.account('ada', { email: 'countess@example.com', email_verified: true });
      const login = await world.logIn();
      expect(await world.through('ada', { login })).toMatchObject({ path: '/account', login: undefined });
      expect((await world.through('ada')).email).toBe(ada.email);
      expect((await world.call('DELETE', '/me/openid', { cookie: login })).statusCode).toBe(200);
      expect((await world.through('ada')).email).toBe('countess@example.com');
    });

    it('is refused when the identity is somebody else’s, or the login is another one by then', async () => {
      await using world = await openWorld();
      await provider.account('grace', { email: 'grace@example.org', email_verified: true });
      await world.through('grace');
      const login = await world.logIn();
      expect((await world.through('grace', { login })).path).toBe('/account?problem=openid_taken');
      await provider.account('fresh', { email: 'fresh@example.org', email_verified: true });
      const { url, attempt } = await world.begin({ login });
      const back = await provider.logIn(url, 'fresh');
      const other = await world.logIn();
      expect((await world.come(back, `${attempt}; ${other}`)).path).toBe('/account?problem=openid_expired');
    });

    it('is not taken from an account that has no other way in', async () => {
      await using world = await openWorld();
      await provider.account('grace', { email: 'grace@example.org', email_verified: true });
      const { login = '' } = await world.through('grace');
      expect((await world.call('DELETE', '/me/openid', { cookie: login })).statusCode).toBe(403);
    });
  });

  describe('with groups', () => {
    const roles = [
      { group: 'data', project: 'alpha', role: 'editor' },
      { group: 'leads', project: 'alpha', role: 'owner' },
      { group: 'data', project: 'absent', role: 'owner' },
    ] as const;
    const grace = (groups?: unknown) => ({
      email: 'grace@example.org',
      email_verified: true,
      ...(groups === undefined ? {} : { groups }),
    });

    async function inProject() {
      const world = await openWorld({ roles });
      const { id } = await world.projects.service.create({ name: 'alpha' }, world.user.id);
      const roleOf = async (email: string) =>
        (await world.projects.service.members(id)).find((member) => member.email === email)?.role ?? null;
      return { world, id, roleOf };
    }

    it('gives roles, the highest of several, and takes them when the group is gone', async () => {
      const { world, roleOf } = await inProject();
      await using _ = world;
      await provider.account('groups', grace(['data', 'other']));
      await world.through('groups');
      expect(await roleOf('grace@example.org')).toBe('editor');
      await provider.account('groups', grace(['data', 'leads']));
      await world.through('groups');
      expect(await roleOf('grace@example.org')).toBe('owner');
      await provider.account('groups', grace());
      await world.through('groups');
      expect(await roleOf('grace@example.org')).toBeNull();
      expect(await roleOf(ada.email)).toBe('owner');
    });

    it('leaves what an owner has said by hand', async () => {
      const { world, id, roleOf } = await inProject();
      await using _ = world;
      await provider.account('groups', grace(['data']));
      await world.through('groups');
      await world.db.updateTable('members').set({ role: 'viewer' }).where('role', '=', 'editor').execute();
      await world.through('groups');
      expect(await roleOf('grace@example.org')).toBe('viewer');
      await provider.account('groups', grace([]));
      await world.through('groups');
      expect(await roleOf('grace@example.org')).toBe('viewer');
      expect(id).toBeDefined();
    });

    it('takes nothing of a claim that is no list of names', async () => {
      const { world, roleOf } = await inProject();
      await using _ = world;
      await provider.account('groups', grace('data'));
      await world.through('groups');
      expect(await roleOf('grace@example.org')).toBeNull();
    });
  });
});

describe('what a provider says about somebody', () => {
  it('counts as verified only by the source that has the address', () => {
    const identity = toIdentity(
      'i',
      's',
      { email: 'a@example.org' },
      { email: 'b@example.org', email_verified: true },
      'groups',
    );
    expect(identity.email).toBeNull();
  });
});
