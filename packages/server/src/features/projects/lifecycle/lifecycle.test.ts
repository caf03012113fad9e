import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Project } from '@emberlab/contract';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fakeClock } from '../../../lib/clock.fake.ts';
import { testApp, type TestApp } from '../../../testing/app.ts';
import { createLifecycleStore } from './store.ts';
import { createLifecycleWorker } from './worker.ts';
import type { EndReason, ProjectPart, Whose } from '../part.ts';

/** A part of the platform in which things live until the test lets them go. */
function fakePart() {
  const things = new Map<string, Whose & { ending: boolean }>();
  const stopped: (Whose & { why: EndReason })[] = [];
  const removed: string[] = [];
  const part: ProjectPart = {
    living: async () => [...things.values()],
    async stop(whose, why) {
      stopped.push({ ...whose, why });
      for (const one of things.values()) if (one.userId === whose.userId) one.ending = true;
    },
    remove: async (projectId) => void removed.push(projectId),
  };
  return { part, things, stopped, removed };
}

describe('a project', () => {
  let clock: ReturnType<typeof fakeClock>;
  let folder: string;
  let kit: TestApp;
  let fake: ReturnType<typeof fakePart>;
  let token: string;
  let adaId: string;
  let project: { id: string; name: string };
  let environments: { removed: string[]; problem: Error | null };
  beforeEach(async () => {
    clock = fakeClock();
    folder = mkdtempSync(join(tmpdir(), 'emberlab-lifecycle-'));
    fake = fakePart();
    environments = { removed: [], problem: null };
    kit = await testApp({
      clock,
      projectsFolder: join(folder, 'projects'),
      parts: [fake.part],
      async removeEnvironment(id) {
        if (environments.problem !== null) throw environments.problem;
        environments.removed.push(id);
      },
    });
    const ada = { email: 'ada@example.org', name: 'ada', password: 'correct horse', admin: false };
    adaId = (await kit.users.service.create(ada)).id;
    token = (await kit.users.service.createToken(adaId, 'test', null)).secret;
    project = await kit.projects.service.create({ name: 'churn' }, adaId);
  });
  afterEach(async () => {
    await kit[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });

  const ask = async (method: 'GET' | 'PUT' | 'POST' | 'DELETE', path = '', payload?: object) => {
    const url = `/api/v1/projects/churn${path}`;
    const answer = await kit.as(token, { method, url, ...(payload === undefined ? {} : { payload }) });
    return { status: answer.statusCode, body: answer.json() };
  };
  const stateNow = async () => (await ask('GET')).body as Project;
  const files = (...path: string[]) => join(folder, 'projects', 'churn', ...path);
  const until = async (check: () => Promise<boolean>, ms = 100) => {
    while (!(await check())) {
      if (clock.waiting() > 0) clock.advance(ms);
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  const isGone = async () => (await ask('GET')).status === 404;
  const runs = () => fake.things.set('one', { projectId: project.id, userId: adaId, ending: false });

  it('gets another label, and keeps its name', async () => {
    const label = '<script>alert(1)</script> 🔥 čaša';
    expect((await ask('PUT', '', { label, name: 'other' })).body).toMatchObject({ name: 'churn', label });
    for (const wrong of ['', '   ', 'a\u202eb', 'a\u0000b', 'a'.repeat(300)]) {
      expect((await ask('PUT', '', { label: wrong })).status).toBe(400);
    }
    expect(await stateNow()).toMatchObject({ label });
  });

  it('that is archived has all that runs in it ended, and is taken into use again', async () => {
    runs();
    expect((await ask('POST', '/archive')).body).toMatchObject({ state: 'archived' });
    expect(fake.stopped).toEqual([{ projectId: project.id, userId: adaId, why: 'project' }]);
    expect((await ask('PUT', '', { label: 'x' })).body.error.code).toBe('project_archived');
    expect((await ask('POST', '/unarchive')).body).toMatchObject({ state: 'active', archivedAt: null });
    fake.things.clear();
    runs();
    await kit.projects.members.set(project.id, 'ada@example.org', 'owner', adaId);
    expect(fake.stopped).toHaveLength(1);
    expect(existsSync(files('Jupyter'))).toBe(true);
  });

  it('is deleted by its name alone', async () => {
    for (const name of ['', 'Churn', 'churn ', 'other']) {
      expect((await ask('DELETE', '', { name })).body.error.code).toBe('wrong_name');
    }
    expect((await ask('DELETE')).status).toBe(400);
    expect((await stateNow()).state).toBe('active');
  });

  it('that is deleted ends what runs first, then loses its files, its environment and its rows, each step by name', async () => {
    runs();
    writeFileSync(files('Jupyter', 'a.ipynb'), '{}');
    expect((await ask('DELETE', '', { name: 'churn' })).body).toMatchObject({
      state: 'deleting',
      deletion: { step: 'stopping', problem: null },
    });
    expect(fake.stopped).toEqual([{ projectId: project.id, userId: adaId, why: 'project' }]);
    expect(existsSync(files('Jupyter', 'a.ipynb'))).toBe(true);
    // What hangs is named in time.
    await until(async () => (await stateNow()).deletion?.problem !== null, 1000);
    environments.problem = new Error('disk on fire');
    fake.things.clear();
    await until(async () => (await stateNow()).deletion?.step === 'environment');
    await until(async () => (await stateNow()).deletion?.problem !== null);
    expect(existsSync(files())).toBe(false);
    expect((await stateNow()).deletion?.problem).toMatch(/tried again/);
    expect((await ask('DELETE', '', { name: 'churn' })).status).toBe(202);
    environments.problem = null;
    await until(async () => {
      await kit.projects.look();
      return isGone();
    }, 5000);
    expect([environments.removed, fake.removed]).toEqual([[project.id], [project.id]]);
    for (const table of ['projects', 'members', 'former_members', 'invitations'] as const) {
      expect(await kit.db.selectFrom(table).selectAll().execute()).toEqual([]);
    }
  });

  it('whose deletion was cut short in any step is deleted by the next control plane', async () => {
    const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
    for (const step of ['stopping', 'files', 'environment', 'records'] as const) {
      const { id } = await kit.projects.service.create({ name: `doomed-${step}` }, adaId);
      await kit.db.updateTable('projects').set({ deleting_at: 1, deletion_step: step }).where('id', '=', id).execute();
    }
    const worker = createLifecycleWorker({
      store: createLifecycleStore(kit.db),
      clock,
      log: silent,
      parts: () => [fake.part],
      removeEnvironment: async () => undefined,
      removeFolder: async (name) => rmSync(join(folder, 'projects', name), { recursive: true, force: true }),
      changed: () => undefined,
    });
    worker.start();
    const left = async () => (await kit.db.selectFrom('projects').select('name').execute()).map(({ name }) => name);
    await until(async () => (await left()).length === 1);
    await worker.close();
    expect(await left()).toEqual(['churn']);
    expect(readdirSync(join(folder, 'projects'))).toEqual(['churn']);
  });

  it('takes nothing along that links in its folder lead to, and goes in spite of closed folders', async () => {
    const outside = join(folder, 'outside');
    mkdirSync(outside);
    writeFileSync(join(outside, 'kept'), 'kept');
    symlinkSync(outside, files('Jupyter', 'link'));
    mkdirSync(files('closed', 'inner'), { recursive: true });
    chmodSync(files('closed', 'inner'), 0o000);
    chmodSync(files('closed'), 0o500);
    await ask('DELETE', '', { name: 'churn' });
    await until(isGone);
    expect(existsSync(files())).toBe(false);
    expect(readFileSync(join(outside, 'kept'), 'utf8')).toBe('kept');
  });

  it('of the name of a deleted one is another: none of its members, tokens and links fit', async () => {
    const bob = await kit.users.service.create({
      email: 'bob@example.org',
      name: 'bob',
      password: 'correct horse',
      admin: false,
    });
    await kit.projects.members.set(project.id, bob.email, 'owner', adaId);
    const { url } = (await ask('POST', '/invitations', { role: 'owner', maxUses: 9 })).body;
    await ask('DELETE', '', { name: 'churn' });
    await until(isGone);
    expect(
      (await kit.as(token, { method: 'POST', url: '/api/v1/projects', payload: { name: 'churn' } })).statusCode,
    ).toBe(201);
    const again = await stateNow();
    expect(again).toMatchObject({ name: 'churn', members: 1, state: 'active' });
    expect(again.id).not.toBe(project.id);
    const bobs = (await kit.users.service.createToken(bob.id, 'test', null)).secret;
    const secret = new URL(url).hash.slice('#secret='.length);
    const payload = { secret };
    expect((await kit.as(bobs, { method: 'POST', url: '/api/v1/invitations/accept', payload })).statusCode).toBe(410);
    expect((await kit.as(bobs, { url: '/api/v1/projects/churn' })).statusCode).toBe(404);
  });
});

describe('numbers that name things', () => {
  it('are never given twice, also after the highest is gone', async () => {
    await using kit = await testApp({ clock: fakeClock(), projectsFolder: tmpdir() });
    const tables = await kit.db.introspection.getTables();
    for (const table of tables) {
      const id = table.columns.find((column) => column.name === 'id');
      if (id === undefined || id.dataType.toLowerCase() !== 'integer') continue;
      // Those of statements and of what runs on a Livy are counted by what they belong to.
      if (['statements', 'external_sessions'].includes(table.name)) continue;
      expect([table.name, id.isAutoIncrementing]).toEqual([table.name, true]);
    }
  });
});
