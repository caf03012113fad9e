import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { get, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { projectName, routes, type Project } from '@emberlab/contract';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fakeClock } from '../../lib/clock.fake.ts';
import { toInstant } from '../../lib/clock.ts';
import { testApp, type TestApp } from '../../testing/app.ts';
import { seedServer, seedSession } from '../../testing/database.ts';

describe('projects', () => {
  const clock = fakeClock();
  let folder: string;
  let kit: TestApp;
  let ada: { id: string; token: string };
  let eve: { id: string; token: string };
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'emberlab-projects-'));
    kit = await testApp({ clock, projectsFolder: folder });
    const account = async (name: string, admin: boolean) => {
      const user = await kit.users.service.create({
        email: `${name}@example.org`,
        name,
        password: 'correct horse',
        admin,
      });
      return { id: user.id, token: (await kit.users.service.createToken(user.id, 'test', null)).secret };
    };
    ada = await account('ada', true);
    eve = await account('eve', false);
  });
  afterEach(async () => {
    await kit[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });

  const create = (token: string, payload: object) =>
    kit.as(token, { method: 'POST', url: '/api/v1/projects', payload });
  const mode = (...path: string[]) => (statSync(join(folder, ...path)).mode & 0o777).toString(8);

  it('are made with a folder that only the project can enter', async () => {
    const answer = await create(ada.token, { name: 'churn', label: 'Churn 2026' });
    expect(answer.statusCode).toBe(201);
    expect(answer.json()).toMatchObject({ name: 'churn', label: 'Churn 2026', role: 'owner', members: 1 });
    for (const path of [[], ['Jupyter'], ['Resources'], ['Logs']]) expect(mode('churn', ...path)).toBe('770');
  });

  it('have a name of their own', async () => {
    await create(ada.token, { name: 'churn' });
    expect((await create(eve.token, { name: 'churn' })).json()).toMatchObject({ error: { code: 'name_taken' } });
  });

  it('touch nothing of a project that is there, links in it included', async () => {
    await create(ada.token, { name: 'churn' });
    const outside = join(folder, 'outside');
    mkdirSync(outside, { mode: 0o700 });
    rmSync(join(folder, 'churn/Logs'), { recursive: true });
    symlinkSync(outside, join(folder, 'churn/Logs'));
    chmodSync(join(folder, 'churn'), 0o750);
    rmSync(join(folder, 'churn/Resources'), { recursive: true });
    expect((await create(eve.token, { name: 'churn' })).statusCode).toBe(409);
    expect(mode('churn')).toBe('750');
    expect(mode('outside')).toBe('700');
    expect(existsSync(join(folder, 'churn/Resources'))).toBe(false);
  });

  it.each(['..', 'a/b', 'UPPER', 'x', '-a', 'a-', 'a b', 'ä1', 'a\u202eb', 'a'.repeat(64), ''])(
    'refuse the name %j',
    async (name) => {
      expect((await create(ada.token, { name })).statusCode).toBe(400);
    },
  );

  it('of different names have different folders, on disks too that know neither case nor forms of Unicode', () => {
    const asDisk = (path: string) => path.normalize('NFKC').toLowerCase();
    const { folderOf } = kit.projects.service;
    const name = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 70 }), fc.stringMatching(/^[a-zA-Z0-9-]{1,66}$/));
    const accepted = name.filter((one) => projectName.safeParse(one).success);
    fc.assert(
      fc.property(accepted, accepted, (one, other) => {
        expect(dirname(folderOf(one))).toBe(folder);
        expect(asDisk(folderOf(one)) === asDisk(folderOf(other))).toBe(one === other);
      }),
    );
  });

  it('answer a stranger, an administrator too, as if they were not there', async () => {
    await create(eve.token, { name: 'secret' });
    const inProject = Object.values(routes).filter((route) => typeof route.access === 'object');
    expect(inProject.length).toBeGreaterThan(2);
    for (const path of ['/projects/secret', '/projects/secret/members', '/projects/secret/events']) {
      const there = await kit.as(ada.token, { url: `/api/v1${path}` });
      const absent = await kit.as(ada.token, { url: `/api/v1${path.replace('secret', 'absent')}` });
      expect(there.statusCode).toBe(404);
      const withoutId = (body: string) => body.replace(/"requestId":"[^"]+"/, '');
      expect(withoutId(there.body)).toBe(withoutId(absent.body));
    }
    expect((await kit.as(ada.token, { url: '/api/v1/projects' })).json()).toEqual({ items: [], next: null });
  });

  it('know when something was done in them last, also by what had traffic', async () => {
    const names = ['one1', 'two2', 'rest'];
    const ids = new Map<string, string>();
    for (const name of names) ids.set(name, (await create(ada.token, { name })).json<{ id: string }>().id);
    const idOf = (name: string) => ids.get(name) ?? '';
    await seedServer(kit.db, { id: 'server1', projectId: idOf('one1'), userId: ada.id });
    await seedSession(kit.db, { uiId: 'ui2', projectId: idOf('two2'), userId: ada.id });
    const activity = async () => {
      const { items } = (await kit.as(ada.token, { url: '/api/v1/projects' })).json<{ items: Project[] }>();
      return names.map((name) => items.find((item) => item.name === name)?.lastActivityAt);
    };
    const before = toInstant(clock.now());
    clock.advance(60_000);
    await kit.projects.service.touchTargets([]);
    await kit.projects.service.touchTargets(['absent']);
    expect(await activity()).toEqual([before, before, before]);
    const later = toInstant(clock.now());
    await kit.projects.service.touchTargets(['server1', 'ui2', 'absent']);
    expect(await activity()).toEqual([later, later, before]);
    await kit.projects.service.touch(idOf('rest'));
    expect(await activity()).toEqual([later, later, later]);
  });

  describe('an open event stream', () => {
    type Reader = { headers: Record<string, string>; tokenId: string };
    /** A project of ada's with her stream open, for a login or a token. */
    const open = async (by: 'login' | 'token') => {
      await create(ada.token, { name: 'churn' });
      const token = await kit.users.service.createToken(ada.id, 'stream', null);
      const login = { email: 'ada@example.org', password: 'correct horse' };
      const answer = await kit.app.inject({ method: 'POST', url: '/api/v1/auth/login', payload: login });
      const headers: Record<string, string> =
        by === 'token'
          ? { authorization: `Bearer ${token.secret}` }
          : { cookie: String(answer.headers['set-cookie']).split(';')[0] ?? '' };
      const origin = await kit.app.listen({ port: 0, host: '127.0.0.1' });
      const asked = get(`${origin}/api/v1/projects/churn/events`, { headers, agent: false });
      const [stream] = (await once(asked, 'response')) as [IncomingMessage];
      stream.on('error', () => undefined).resume();
      const reader: Reader = { headers, tokenId: token.id };
      return { stream, reader };
    };

    it.each<['login' | 'token', string, (reader: Reader) => Promise<unknown>]>([
      ['login', 'log-out', ({ headers }) => kit.app.inject({ method: 'POST', url: '/api/v1/auth/logout', headers })],
      ['token', 'revocation', ({ tokenId }) => kit.users.service.deleteToken(ada.id, tokenId)],
      ['login', 'user', () => kit.db.updateTable('users').set({ disabled_at: 1 }).execute()],
      ['token', 'membership', () => kit.db.deleteFrom('members').where('user_id', '=', ada.id).execute()],
    ])('by a %s ends within 5 s after: %s', async (by, _what, end) => {
      const { stream, reader } = await open(by);
      const closed = new Promise((resolve) => stream.once('close', resolve));
      await end(reader);
      clock.advance(5000);
      await closed;
      expect(stream.complete).toBe(false);
    });
  });

  describe('demo', () => {
    const demo = () => {
      mkdirSync(join(folder, 'src/notebooks'), { recursive: true });
      writeFileSync(join(folder, 'src/notebooks/hello.ipynb'), '{}', { mode: 0o600 });
      mkdirSync(join(folder, 'src/data/flights'), { recursive: true });
      writeFileSync(join(folder, 'src/data/flights/f.csv'), 'a\n');
      return {
        firstAdmin: async () => ({ id: ada.id }),
        examples: join(folder, 'src/notebooks'),
        data: join(folder, 'src/data'),
      };
    };

    it('is made once, with notebook and data that the group may change', async () => {
      await Promise.all([kit.projects.ensureDemo(demo()), kit.projects.ensureDemo(demo())]);
      expect(mode('demo/Jupyter/hello.ipynb')).toBe('660');
      expect(mode('demo/Resources/flights')).toBe('770');
      expect(mode('demo/Resources/flights/f.csv')).toBe('660');
      expect((await kit.as(ada.token, { url: '/api/v1/projects/demo' })).json()).toMatchObject({
        label: 'Demo',
        role: 'owner',
      });
      await kit.db.deleteFrom('projects').execute();
      await kit.projects.ensureDemo(demo());
      expect((await kit.as(ada.token, { url: '/api/v1/projects' })).json()).toEqual({ items: [], next: null });
    });

    it("leaves somebody's own project of that name alone", async () => {
      await create(eve.token, { name: 'demo' });
      writeFileSync(join(folder, 'demo/Jupyter/hello.ipynb'), 'mine');
      await kit.projects.ensureDemo(demo());
      expect(readFileSync(join(folder, 'demo/Jupyter/hello.ipynb'), 'utf8')).toBe('mine');
      expect((await kit.as(ada.token, { url: '/api/v1/projects/demo' })).statusCode).toBe(404);
    });

    it('waits for the first administrator', async () => {
      await kit.projects.ensureDemo({ ...demo(), firstAdmin: async () => null });
      expect((await kit.as(ada.token, { url: '/api/v1/projects/demo' })).statusCode).toBe(404);
      await kit.projects.ensureDemo(demo());
      expect((await kit.as(ada.token, { url: '/api/v1/projects/demo' })).statusCode).toBe(200);
    });
  });
});
