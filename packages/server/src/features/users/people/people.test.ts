import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Person } from '@emberlab/contract';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fakeClock } from '../../../lib/clock.fake.ts';
import { testApp, type TestApp } from '../../../testing/app.ts';
import type { EndReason, Whose } from '../../projects/part.ts';

const password = 'correct horse battery';

describe('people’s accounts', () => {
  const clock = fakeClock();
  let folder: string;
  let kit: TestApp;
  let stopped: (Whose & { why: EndReason })[];
  let living: Whose[];
  let root: string;
  let ids: Map<string, string>;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'emberlab-people-'));
    [stopped, living, ids] = [[], [], new Map()];
    const part = {
      living: async () => living.map((whose) => ({ ...whose, ending: false })),
      stop: async (whose: Whose, why: EndReason) => void stopped.push({ ...whose, why }),
      remove: async () => undefined,
    };
    kit = await testApp({ clock, projectsFolder: folder, parts: [part] });
    for (const [name, admin] of [
      ['root', true],
      ['ada', false],
    ] as const) {
      ids.set(name, (await kit.users.service.create({ email: `${name}@example.org`, name, password, admin })).id);
    }
    root = await logIn('root');
  });
  afterEach(async () => {
    await kit[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });

  const tryToLogIn = (name: string, typed = password, from = '192.0.2.1') =>
    kit.app.inject({
      method: 'POST',
      url: '/api/v1/auth/login',
      headers: { 'x-forwarded-for': from },
      payload: { email: `${name}@example.org`, password: typed },
    });
  async function logIn(name: string): Promise<string> {
    return String((await tryToLogIn(name)).headers['set-cookie']).split(';')[0] ?? '';
  }
  const ask = async (method: 'GET' | 'POST' | 'PUT', path: string, payload?: object, cookie = root) => {
    const request = { method, url: `/api/v1/admin/users${path}`, headers: { cookie } };
    const answer = await kit.app.inject(payload === undefined ? request : { ...request, payload });
    return { status: answer.statusCode, body: answer.json() };
  };
  const person = async (name: string): Promise<Person> =>
    (await ask('GET', `?search=${name}@`)).body.items[0] as Person;
  const tokenOf = async (name: string) =>
    (await kit.users.service.createToken(ids.get(name) ?? '', 'test', null)).secret;

  it('are listed page by page, found by name and address, and by what they are', async () => {
    for (let index = 0; index < 60; index += 1) {
      await kit.users.service.create({
        email: `p${100 + index}@example.org`,
        name: '50% P_',
        password: null,
        admin: false,
      });
    }
    const first = (await ask('GET', '')).body as { items: Person[]; next: string };
    const second = (await ask('GET', `?cursor=${first.next}`)).body as { items: Person[]; next: null };
    expect([first.items.length, second.items.length, second.next]).toEqual([50, 12, null]);
    expect((await ask('GET', '?search=50%25%20p_')).body.items).toHaveLength(50);
    expect((await ask('GET', '?search=%25%25')).body.items).toEqual([]);
    expect((await ask('GET', '?show=administrators')).body.items).toMatchObject([{ email: 'root@example.org' }]);
    expect((await ask('GET', '', undefined, await logIn('ada'))).status).toBe(403);
  });

  it('that are disabled can’t be logged in to, their logins and tokens open nothing, and what runs for them ends at once', async () => {
    const [cookie, token] = [await logIn('ada'), await tokenOf('ada')];
    const { id: projectId } = await kit.projects.service.create({ name: 'churn' }, ids.get('ada') ?? '');
    living = [{ projectId, userId: ids.get('ada') ?? '' }];
    expect((await ask('POST', '/ada@example.org/disable')).body).toMatchObject({
      disabledAt: new Date(clock.now()).toISOString(),
    });
    expect(stopped).toEqual([{ projectId, userId: ids.get('ada'), why: 'member' }]);
    // What was opened with the login is closed by the edge, which is told of it.
    expect(kit.endedLogins).toHaveLength(1);
    expect((await tryToLogIn('ada')).statusCode).toBe(401);
    expect((await kit.app.inject({ url: '/api/v1/me', headers: { cookie } })).statusCode).toBe(401);
    expect((await kit.as(token, { url: '/api/v1/me' })).statusCode).toBe(401);
    const headers = { authorization: `Bearer ${token}` };
    expect(await kit.users.credentials.authenticateGateway({ headers } as never)).toBeNull();
    expect((await ask('GET', '?show=disabled')).body.items).toMatchObject([{ email: 'ada@example.org' }]);
  });

  it('that are enabled again can be logged in to; the logins from before stay ended', async () => {
    const [cookie, token] = [await logIn('ada'), await tokenOf('ada')];
    await ask('POST', '/ada@example.org/disable');
    expect((await ask('POST', '/ada@example.org/enable')).body).toMatchObject({ disabledAt: null });
    expect((await kit.app.inject({ url: '/api/v1/me', headers: { cookie } })).statusCode).toBe(401);
    expect((await kit.as(token, { url: '/api/v1/me' })).statusCode).toBe(200);
    expect((await tryToLogIn('ada')).statusCode).toBe(200);
  });

  it('are unlocked after too many wrong passwords', async () => {
    for (let place = 0; place < 51; place += 1) await tryToLogIn('ada', 'wrong', `198.51.100.${place}`);
    for (let times = 0; times < 10; times += 1) await tryToLogIn('ada', 'wrong', '203.0.113.9');
    expect((await tryToLogIn('ada')).json()).toMatchObject({ error: { code: 'too_many_guesses' } });
    expect([await person('ada'), await person('root')]).toMatchObject([{ locked: true }, { locked: false }]);
    expect((await ask('POST', '/ada@example.org/unlock')).body).toMatchObject({ locked: false });
    expect((await tryToLogIn('ada')).statusCode).toBe(200);
  });

  it('get and lose the rights of administrators, which count at once', async () => {
    const cookie = await logIn('ada');
    expect((await ask('GET', '', undefined, cookie)).status).toBe(403);
    expect((await ask('PUT', '/ada@example.org/administrator', { admin: true })).body).toMatchObject({ admin: true });
    expect((await ask('GET', '', undefined, cookie)).status).toBe(200);
    await ask('PUT', '/ada@example.org/administrator', { admin: false });
    expect((await ask('GET', '', undefined, cookie)).status).toBe(403);
  });

  it('always leave an administrator, and nobody locks themselves out', async () => {
    for (const [method, path, payload] of [
      ['POST', 'disable', undefined],
      ['PUT', 'administrator', { admin: false }],
    ] as const) {
      expect((await ask(method, `/root@example.org/${path}`, payload)).body.error.code).toBe('own_account');
      const { people } = kit.users;
      const byCommandLine =
        path === 'disable'
          ? people.disable('root@example.org', null)
          : people.setAdministrator('root@example.org', false, null);
      await expect(byCommandLine).rejects.toMatchObject({ code: 'last_administrator' });
    }
    expect(await person('root')).toMatchObject({ admin: true, disabledAt: null });
    // Two administrators who do it to each other at once: one of them is left.
    await ask('PUT', '/ada@example.org/administrator', { admin: true });
    const answers = await Promise.all([
      ask('POST', '/ada@example.org/disable'),
      ask('POST', '/root@example.org/disable', undefined, await logIn('ada')),
    ]);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    const left = kit.db.selectFrom('users').select('id').where('admin', '=', 1).where('disabled_at', 'is', null);
    expect(await left.execute()).toHaveLength(1);
  });

  it('that nobody has are not found, and tokens make no administrators', async () => {
    expect((await ask('POST', '/nobody@example.org/disable')).status).toBe(404);
    const answer = await kit.as(await tokenOf('root'), {
      method: 'PUT',
      url: '/api/v1/admin/users/ada@example.org/administrator',
      payload: { admin: true },
    });
    expect(answer.json()).toMatchObject({ error: { code: 'login_needed' } });
  });

  it('leave what was done to them in the audit log', async () => {
    await ask('POST', '/ada@example.org/disable');
    await ask('PUT', '/root@example.org/administrator', { admin: false });
    const { items } = await kit.audit.service.list({}, { limit: 2 });
    expect(items).toMatchObject([
      { action: 'user.set-administrator', target: 'root@example.org', outcome: 'failed', code: 'own_account' },
      { action: 'user.disable', target: 'ada@example.org', outcome: 'done', actor: { email: 'root@example.org' } },
    ]);
  });
});
