import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { routes } from '@emberlab/contract';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fakeClock } from '../../lib/clock.fake.ts';
import { testApp, type TestApp } from '../../testing/app.ts';

describe('projects', () => {
  let folder: string;
  let kit: TestApp;
  let ada: { id: string; token: string };
  let eve: { id: string; token: string };
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'emberlab-projects-'));
    kit = await testApp({ clock: fakeClock(), projectsFolder: folder });
    const account = async (name: string, admin: boolean) => {
      const user = await kit.users.service.create({ email: `${name}@example.org`, name, password: 'correct horse', admin });
      return { id: user.id, token: (await kit.users.service.createToken(user.id, 'test', null)).secret };
    };
    ada = await account('ada', true);
    eve = await account('eve', false);
  });
  afterEach(async () => {
    await kit[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });

  const create = (token: string, payload: object) => kit.as(token, { method: 'POST', url: '/api/v1/projects', payload });
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

  it.each(['..', 'a/b', 'UPPER', 'x', '-a', 'a-', 'a b', 'ä1', 'a\u202eb', 'a'.repeat(64), ''])('refuse the name %j', async (name) => {
    expect((await create(ada.token, { name })).statusCode).toBe(400);
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

  describe('demo', () => {
    const demo = () => {
      mkdirSync(join(folder, 'src/notebooks'), { recursive: true });
      writeFileSync(join(folder, 'src/notebooks/hello.ipynb'), '{}', { mode: 0o600 });
      mkdirSync(join(folder, 'src/data/flights'), { recursive: true });
      writeFileSync(join(folder, 'src/data/flights/f.csv'), 'a\n');
      return { firstAdmin: async () => ({ id: ada.id }), examples: join(folder, 'src/notebooks'), data: join(folder, 'src/data') };
    };

    it('is made once, with notebook and data that the group may change', async () => {
      await Promise.all([kit.projects.ensureDemo(demo()), kit.projects.ensureDemo(demo())]);
      expect(mode('demo/Jupyter/hello.ipynb')).toBe('660');
      expect(mode('demo/Resources/flights')).toBe('770');
      expect(mode('demo/Resources/flights/f.csv')).toBe('660');
      expect((await kit.as(ada.token, { url: '/api/v1/projects/demo' })).json()).toMatchObject({ label: 'Demo', role: 'owner' });
      await kit.db.deleteFrom('projects').execute();
      await kit.projects.ensureDemo(demo());
      expect((await kit.as(ada.token, { url: '/api/v1/projects' })).json()).toEqual({ items: [], next: null });
    });

    it('waits for the first administrator', async () => {
      await kit.projects.ensureDemo({ ...demo(), firstAdmin: async () => null });
      expect((await kit.as(ada.token, { url: '/api/v1/projects/demo' })).statusCode).toBe(404);
      await kit.projects.ensureDemo(demo());
      expect((await kit.as(ada.token, { url: '/api/v1/projects/demo' })).statusCode).toBe(200);
    });
  });
});
