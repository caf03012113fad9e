import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fakeClock } from '../../../lib/clock.fake.ts';
import { testApp, testOrigin, type TestApp } from '../../../testing/app.ts';

type Person = { id: string; email: string; token: string };
const day = 24 * 3_600_000;

describe('an invitation', () => {
  const clock = fakeClock();
  let folder: string;
  let kit: TestApp;
  let [ada, bob, eve]: Person[] = [];
  let projectId: string;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'emberlab-invitations-'));
    kit = await testApp({ clock, projectsFolder: folder });
    const account = async (name: string): Promise<Person> => {
      const email = `${name}@example.org`;
      const { id } = await kit.users.service.create({ email, name, password: 'correct horse', admin: false });
      return { id, email, token: (await kit.users.service.createToken(id, 'test', null)).secret };
    };
    [ada, bob, eve] = [await account('ada'), await account('bob'), await account('eve')];
    projectId = (await kit.projects.service.create({ name: 'churn', label: '<b>Churn</b>' }, ada.id)).id;
  });
  afterEach(async () => {
    await kit[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });

  const ask = async (who: Person | undefined, method: 'GET' | 'POST' | 'DELETE', path: string, payload?: object) => {
    const url = `/api/v1${path}`;
    const answer = await kit.as(who?.token ?? '', { method, url, ...(payload === undefined ? {} : { payload }) });
    return { status: answer.statusCode, body: answer.json(), text: answer.body };
  };
  const invite = async (who: Person | undefined, wanted: object) => {
    const { body } = await ask(who, 'POST', '/projects/churn/invitations', wanted);
    return { id: body.id as string, secret: new URLSearchParams(new URL(body.url).hash.slice(1)).get('secret') ?? '' };
  };
  const show = (who: Person | undefined, secret: string) => ask(who, 'POST', '/invitations/show', { secret });
  const accept = (who: Person | undefined, secret: string) => ask(who, 'POST', '/invitations/accept', { secret });
  const roleOf = async (who: Person | undefined) =>
    (await kit.projects.members.find(projectId, who?.id ?? ''))?.role ?? null;

  it('lets who has its link join once, with its role', async () => {
    const { secret } = await invite(ada, { role: 'editor' });
    expect((await show(bob, secret)).body).toMatchObject({
      project: { name: 'churn', label: '<b>Churn</b>' },
      role: 'editor',
      invitedBy: 'ada',
      member: false,
    });
    expect(await roleOf(bob)).toBe(null);
    expect((await accept(bob, secret)).body).toMatchObject({ name: 'churn', role: 'editor', members: 2 });
    expect(await roleOf(bob)).toBe('editor');
    expect((await accept(eve, secret)).body.error.code).toBe('invitation_over');
    expect(await roleOf(eve)).toBe(null);
  });

  it('has a link of our own origin whose secret is sent to nobody and kept nowhere', async () => {
    const { body } = await ask(ada, 'POST', '/projects/churn/invitations', { role: 'viewer' });
    const url = new URL(body.url);
    expect([url.origin, url.pathname, url.search]).toEqual([testOrigin, '/invitation', '']);
    const secret = url.hash.slice('#secret='.length);
    const rows = await kit.db.selectFrom('invitations').selectAll().execute();
    expect(JSON.stringify(rows)).not.toContain(secret);
    expect((await ask(ada, 'GET', '/projects/churn/invitations')).text).not.toContain(secret);
  });

  it('is over after its time, when it is withdrawn, and once its project is archived', async () => {
    const late = await invite(ada, { role: 'viewer', expiresInDays: 2 });
    const withdrawn = await invite(ada, { role: 'viewer', maxUses: 5 });
    clock.advance(day);
    expect((await show(bob, late.secret)).status).toBe(200);
    expect((await ask(ada, 'DELETE', `/projects/churn/invitations/${withdrawn.id}`)).status).toBe(200);
    expect((await ask(ada, 'DELETE', `/projects/churn/invitations/${withdrawn.id}`)).status).toBe(404);
    clock.advance(day);
    const archived = await invite(ada, { role: 'viewer' });
    await ask(ada, 'POST', '/projects/churn/archive');
    for (const { secret } of [late, withdrawn, archived, { secret: 'ember_invitation_guess' }]) {
      for (const answer of [await show(bob, secret), await accept(bob, secret)]) {
        expect([answer.status, answer.body.error.code]).toEqual([410, 'invitation_over']);
      }
    }
    expect(await roleOf(bob)).toBe(null);
    await kit.projects.forgetExpired();
    expect(await kit.db.selectFrom('invitations').select('id').execute()).toEqual([{ id: archived.id }]);
  });

  it('for one address is of use to that one alone', async () => {
    const { secret } = await invite(ada, { role: 'viewer', email: 'Bob@Example.org', maxUses: 10 });
    const answer = await accept(eve, secret);
    expect([answer.status, answer.body.error.code]).toEqual([403, 'invitation_for_another']);
    expect(answer.text).not.toContain('bob@');
    expect((await accept(bob, secret)).status).toBe(200);
  });

  it('for several has as many uses as were meant, however many come at once', async () => {
    const { id, secret } = await invite(ada, { role: 'viewer', maxUses: 1 });
    const answers = await Promise.all([accept(bob, secret), accept(eve, secret)]);
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 410]);
    expect((await ask(ada, 'GET', '/projects/churn/invitations')).body.items).toEqual([]);
    const many = await invite(ada, { role: 'viewer', maxUses: 3 });
    const who = (await roleOf(bob)) === null ? bob : eve;
    expect((await accept(who, many.secret)).status).toBe(200);
    // A member uses nothing up.
    expect((await accept(who, many.secret)).status).toBe(200);
    const { items } = (await ask(ada, 'GET', '/projects/churn/invitations')).body;
    expect(items).toMatchObject([{ id: many.id, uses: 1, maxUses: 3 }]);
    expect(many.id).not.toBe(id);
  });

  it('changes nothing for members, not even to a higher role', async () => {
    const { secret } = await invite(ada, { role: 'owner', maxUses: 5 });
    await kit.projects.members.set(projectId, bob?.email ?? '', 'viewer', ada?.id ?? '');
    expect((await show(bob, secret)).body.member).toBe(true);
    expect((await accept(bob, secret)).status).toBe(200);
    expect(await roleOf(bob)).toBe('viewer');
  });

  it('from before somebody left does not bring them back, one from after does', async () => {
    const old = await invite(ada, { role: 'editor', maxUses: 5 });
    await accept(bob, old.secret);
    clock.advance(1000);
    await kit.projects.members.remove(projectId, bob?.email ?? '', ada?.id ?? '');
    expect((await accept(bob, old.secret)).body.error.code).toBe('invitation_over');
    expect((await accept(eve, old.secret)).status).toBe(200);
    clock.advance(1000);
    const fresh = await invite(ada, { role: 'viewer' });
    expect((await accept(bob, fresh.secret)).status).toBe(200);
  });

  it('ends with the right of who made it', async () => {
    await kit.projects.members.set(projectId, bob?.email ?? '', 'owner', ada?.id ?? '');
    const { secret } = await invite(bob, { role: 'owner', maxUses: 5 });
    await kit.db.updateTable('users').set({ disabled_at: 1 }).where('name', '=', 'bob').execute();
    expect((await accept(eve, secret)).body.error.code).toBe('invitation_over');
    await kit.db.updateTable('users').set({ disabled_at: null }).where('name', '=', 'bob').execute();
    await kit.projects.members.set(projectId, bob?.email ?? '', 'editor', ada?.id ?? '');
    expect((await accept(eve, secret)).body.error.code).toBe('invitation_over');
    // Nor is it good again with the right.
    await kit.projects.members.set(projectId, bob?.email ?? '', 'owner', ada?.id ?? '');
    expect((await accept(eve, secret)).body.error.code).toBe('invitation_over');
    expect((await ask(bob, 'POST', '/projects/churn/invitations', { role: 'admin' })).status).toBe(400);
  });
});
