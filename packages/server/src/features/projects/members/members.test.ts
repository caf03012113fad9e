import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Member } from '@emberlab/contract';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fakeClock } from '../../../lib/clock.fake.ts';
import { testApp, type TestApp } from '../../../testing/app.ts';
import { seedUser } from '../../../testing/database.ts';

type Person = { id: string; email: string; token: string };

describe('members', () => {
  let folder: string;
  let kit: TestApp;
  let ada: Person;
  let bob: Person;
  let projectId: string;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'emberlab-members-'));
    kit = await testApp({ clock: fakeClock(), projectsFolder: folder });
    const account = async (name: string): Promise<Person> => {
      const email = `${name}@example.org`;
      const { id } = await kit.users.service.create({ email, name, password: 'correct horse', admin: false });
      return { id, email, token: (await kit.users.service.createToken(id, 'test', null)).secret };
    };
    ada = await account('ada');
    bob = await account('bob');
    projectId = (await kit.projects.service.create({ name: 'churn' }, ada.id)).id;
  });
  afterEach(async () => {
    await kit[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });

  const at = (path: string) => `/api/v1/projects/churn${path}`;
  const ask = async (who: Person, method: 'GET' | 'PUT' | 'POST' | 'DELETE', path: string, payload?: object) => {
    const answer = await kit.as(who.token, { method, url: at(path), ...(payload === undefined ? {} : { payload }) });
    return { status: answer.statusCode, body: answer.json() };
  };
  const set = (who: Person, email: string, role: string) => ask(who, 'PUT', `/members/${email}`, { role });
  const roles = async () => {
    const { body } = await ask(ada, 'GET', '/members');
    return Object.fromEntries((body.items as Member[]).map((member) => [member.name, member.role]));
  };

  it('are added, given other roles and removed by owners', async () => {
    expect((await set(ada, 'BOB@example.org', 'viewer')).body).toMatchObject({ email: bob.email, role: 'viewer' });
    expect((await set(ada, bob.email, 'editor')).status).toBe(200);
    expect(await roles()).toEqual({ ada: 'owner', bob: 'editor' });
    expect((await ask(ada, 'DELETE', `/members/${bob.email}`)).status).toBe(200);
    expect(await roles()).toEqual({ ada: 'owner' });
    expect((await ask(ada, 'DELETE', `/members/${bob.email}`)).status).toBe(404);
    expect((await ask(bob, 'GET', '')).status).toBe(404);
  });

  it('need an account', async () => {
    expect((await set(ada, 'nobody@example.org', 'editor')).body.error.code).toBe('no_such_user');
    await kit.db.updateTable('users').set({ disabled_at: 1 }).where('id', '=', bob.id).execute();
    expect((await set(ada, bob.email, 'editor')).body.error.code).toBe('no_such_user');
  });

  it('always have an owner among them who can log in', async () => {
    const code = async (answer: ReturnType<typeof ask>) => (await answer).body.error?.code ?? 'done';
    await set(ada, bob.email, 'editor');
    expect(await code(set(ada, ada.email, 'viewer'))).toBe('last_owner');
    expect(await code(ask(ada, 'DELETE', `/members/${ada.email}`))).toBe('last_owner');
    expect(await code(ask(ada, 'DELETE', '/membership'))).toBe('last_owner');
    const both = { members: [ada, bob].map(({ email }) => ({ email, role: 'viewer' })) };
    expect(await code(ask(ada, 'POST', '/members', both))).toBe('last_owner');
    expect(await roles()).toEqual({ ada: 'owner', bob: 'editor' });

    await set(ada, bob.email, 'owner');
    await kit.db.updateTable('users').set({ disabled_at: 1 }).where('id', '=', bob.id).execute();
    expect(await code(ask(ada, 'DELETE', '/membership'))).toBe('last_owner');
    await kit.db.updateTable('users').set({ disabled_at: null }).where('id', '=', bob.id).execute();
    // Two owners who leave at once: one is left.
    const left = await Promise.all([ask(ada, 'DELETE', '/membership'), ask(bob, 'DELETE', '/membership')]);
    expect(left.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409]);
  });

  it('leave by themselves', async () => {
    await set(ada, bob.email, 'viewer');
    expect((await ask(bob, 'DELETE', '/membership')).status).toBe(200);
    expect(await roles()).toEqual({ ada: 'owner' });
  });

  it('are added many at once, those without an account named', async () => {
    const names = Array.from({ length: 1200 }, (_, at) => `member${at}`);
    for (const name of names) await seedUser(kit.db, `${name}@example.org`);
    const members = names.map((name) => ({ email: `${name}@example.org`, role: 'viewer' }));
    members.push({ email: 'who@example.org', role: 'editor' }, { email: bob.email, role: 'editor' });
    const answer = await ask(ada, 'POST', '/members', { members });
    expect(answer.body).toEqual({ added: 1201, changed: 0, unknown: ['who@example.org'] });
    const again = await ask(ada, 'POST', '/members', {
      members: [members[0], { email: bob.email, role: 'viewer' }, { email: bob.email, role: 'owner' }],
    });
    expect(again.body).toEqual({ added: 0, changed: 1, unknown: [] });
    expect((await ask(ada, 'GET', '/members')).body.items).toHaveLength(1202);
    expect((await roles())['bob']).toBe('owner');
  });

  it('lose with their membership the tokens and opened pages that rest on it, and get none of it back with a new one', async () => {
    await set(ada, bob.email, 'owner');
    const other = await kit.projects.service.create({ name: 'other' }, bob.id);
    const token = (id: string, project: string) => ({
      id,
      user_id: bob.id,
      project_id: project,
      server_id: null,
      name: id,
      digest: id,
      created_at: 0,
      expires_at: null,
      last_used_at: null,
    });
    await kit.db
      .insertInto('tokens')
      .values([token('here', projectId), token('there', other.id)])
      .execute();
    const grant = (digest: string, role: 'viewer' | 'editor' | 'owner', project = projectId) => ({
      digest,
      target_id: 'target',
      user_id: bob.id,
      login_digest: null,
      token_id: null,
      created_at: 0,
      expires_at: 9e12,
      project_id: project,
      role,
    });
    await kit.db
      .insertInto('grants')
      .values([grant('v', 'viewer'), grant('e', 'editor'), grant('o', 'owner'), grant('elsewhere', 'owner', other.id)])
      .execute();
    const left = async () => (await kit.db.selectFrom('grants').select('digest').execute()).map(({ digest }) => digest);
    await set(ada, bob.email, 'editor');
    expect((await left()).toSorted()).toEqual(['e', 'elsewhere', 'v']);
    await set(ada, bob.email, 'viewer');
    expect((await left()).toSorted()).toEqual(['elsewhere', 'v']);
    await ask(ada, 'DELETE', `/members/${bob.email}`);
    await set(ada, bob.email, 'owner');
    expect(await left()).toEqual(['elsewhere']);
    const tokens = await kit.db.selectFrom('tokens').select('id').where('project_id', 'is not', null).execute();
    expect(tokens).toEqual([{ id: 'there' }]);
  });
});
