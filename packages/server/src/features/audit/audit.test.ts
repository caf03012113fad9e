import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { auditActions, routes, type AuditEvent, type RouteShape } from '@emberlab/contract';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fakeClock } from '../../lib/clock.fake.ts';
import { testApp, type TestApp } from '../../testing/app.ts';

const password = 'correct horse battery';
const minute = 60_000;
const day = 86_400_000;

describe('the audit log', () => {
  let clock: ReturnType<typeof fakeClock>;
  let folder: string;
  let kit: TestApp;
  let ada: { id: string; token: string };
  let eve: { id: string; token: string };
  beforeEach(async () => {
    clock = fakeClock();
    folder = mkdtempSync(join(tmpdir(), 'emberlab-audit-'));
    kit = await testApp({ clock, projectsFolder: folder });
    const account = async (name: string, admin: boolean) => {
      const { id } = await kit.users.service.create({ email: `${name}@example.org`, name, password, admin });
      const { secret } = await kit.users.service.createToken(id, `laptop of ${name}`, null);
      return { id, token: secret };
    };
    ada = await account('ada', true);
    eve = await account('eve', false);
  });
  afterEach(async () => {
    await kit[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });

  const ask = async (token: string, url: string) => {
    const answer = await kit.as(token, { method: 'GET', url: `/api/v1${url}` });
    return { status: answer.statusCode, ...answer.json<{ items: AuditEvent[]; next: string | null }>() };
  };
  /** What is in the log, the oldest first, without the test's own reading of it. */
  const events = async () => (await kit.audit.service.list({}, { cursor: undefined, limit: 200 })).items.toReversed();
  const logIn = (email: string, as = password) =>
    kit.app.inject({ method: 'POST', url: '/api/v1/auth/login', payload: { email, password: as } });
  const makeProject = (token: string, name: string) =>
    kit.as(token, { method: 'POST', url: '/api/v1/projects', payload: { name } });

  it('has a name for every route that changes something', () => {
    const changing = Object.entries(routes).filter(([, route]: [string, RouteShape]) => route.method !== 'GET');
    expect(changing.map(([name]) => name).filter((name) => !(name in auditActions))).toEqual([]);
    const named = Object.values(auditActions).flatMap((each) => (each === null ? [] : [each.action]));
    for (const name of named) expect(name).toMatch(/^[a-z]+\.[a-z-]+$/);
  });

  it('lets no route be registered that changes something without a name', async () => {
    const add = () => kit.app.post('/api/v1/new', async () => ({}));
    expect(add).toThrow('POST /api/v1/new changes something and has no name in the audit log.');
  });

  it('tells who did what to what, when, from where, and by which token', async () => {
    const made = await kit.app.inject({
      method: 'POST',
      url: '/api/v1/projects',
      payload: { name: 'churn' },
      headers: { authorization: `Bearer ${eve.token}`, 'x-forwarded-for': '192.0.2.7', 'x-request-id': 'request-1' },
    });
    expect(made.statusCode).toBe(201);
    expect(await events()).toEqual([
      {
        id: expect.any(Number) as number,
        at: new Date(clock.now()).toISOString(),
        actor: { id: eve.id, email: 'eve@example.org' },
        via: 'token',
        token: 'laptop of eve',
        action: 'project.create',
        target: 'churn',
        project: null,
        address: '192.0.2.7',
        requestId: 'request-1',
        outcome: 'done',
        code: null,
        repeats: 0,
      },
    ]);
  });

  it('tells of logins, and of those that failed', async () => {
    await logIn('ada@example.org');
    await logIn('ada@example.org', 'wrong');
    await logIn('nobody@example.org', 'wrong');
    expect(await events()).toMatchObject([
      { action: 'user.log-in', outcome: 'done', actor: { email: 'ada@example.org' }, via: 'cookie' },
      {
        action: 'user.log-in',
        outcome: 'refused',
        code: 'wrong_credentials',
        actor: null,
        via: 'nobody',
        target: 'ada@example.org',
      },
      { action: 'user.log-in', outcome: 'refused', target: 'nobody@example.org' },
    ]);
  });

  it('tells of everything that was refused, reads and projects of others too', async () => {
    await makeProject(ada.token, 'churn');
    await kit.as(eve.token, { method: 'GET', url: '/api/v1/projects/churn' });
    await kit.as(eve.token, { method: 'GET', url: '/api/v1/audit' });
    await kit.as('ember_token_wrong', { method: 'GET', url: '/api/v1/me' });
    await kit.app.inject({ method: 'POST', url: '/api/v1/projects', headers: { origin: 'https://evil.example' } });
    expect((await events()).slice(1)).toMatchObject([
      {
        action: 'projects.get',
        outcome: 'refused',
        code: 'not_found',
        target: 'churn',
        actor: { email: 'eve@example.org' },
      },
      { action: 'audit.list', outcome: 'refused', code: 'forbidden', actor: { email: 'eve@example.org' } },
      { action: 'me.get', outcome: 'refused', code: 'not_logged_in', actor: null },
      { action: 'project.create', outcome: 'refused', code: 'cross_site' },
    ]);
  });

  it('tells of what could not be done, and not of reads', async () => {
    await makeProject(eve.token, 'churn');
    await makeProject(eve.token, 'churn');
    await kit.as(eve.token, { method: 'GET', url: '/api/v1/projects' });
    expect(await events()).toMatchObject([
      { action: 'project.create', outcome: 'done' },
      { action: 'project.create', outcome: 'failed', code: 'name_taken' },
    ]);
  });

  it("tells when a program uses an administrator's rights, and who takes the log away", async () => {
    await ask(ada.token, '/audit');
    await kit.as(ada.token, { method: 'GET', url: '/api/v1/audit/export' });
    expect(await events()).toMatchObject([
      { action: 'audit.list', via: 'token', token: 'laptop of ada', outcome: 'done' },
      { action: 'audit.export', via: 'token', outcome: 'done' },
    ]);
  });

  it('counts what is refused again and again, instead of growing with it', async () => {
    for (let round = 0; round < 40; round++) await kit.app.inject({ method: 'GET', url: '/api/v1/me' });
    expect(await events()).toMatchObject([{ action: 'me.get', outcome: 'refused', repeats: 0 }]);
    clock.advance(minute);
    await expect.poll(events).toMatchObject([{ repeats: 0 }, { action: 'me.get', repeats: 39, requestId: null }]);
    await kit.app.inject({ method: 'GET', url: '/api/v1/me' });
    expect(await events()).toHaveLength(3);
  });

  it('stays small when everything that is refused is different', async () => {
    const { record } = kit.audit.service;
    for (let each = 0; each < 600; each++) {
      await record({ action: 'user.log-in', outcome: 'refused', user: null, via: 'nobody', target: `user${each}` });
    }
    clock.advance(minute);
    await expect
      .poll(() => kit.audit.service.list({ action: 'requests' }, { cursor: undefined, limit: 10 }))
      .toMatchObject({ items: [{ action: 'requests.untold', repeats: 100 }] });
  });

  it('holds no secret, whoever puts one into a name', async () => {
    await kit.as(ada.token, { method: 'POST', url: '/api/v1/projects', payload: { name: ada.token.toLowerCase() } });
    await logIn(ada.token);
    const text = JSON.stringify(await events());
    expect(text).toContain('ember_token_[secret]');
    expect(text.toLowerCase()).not.toContain(ada.token.slice(12, 40).toLowerCase());
  });

  it('can neither be changed nor shortened', async () => {
    await makeProject(eve.token, 'churn');
    const refused = 'the audit log is not changed';
    await expect(sql`update audit_events set actor = 'somebody else'`.execute(kit.db)).rejects.toThrow(refused);
    await expect(sql`delete from audit_events`.execute(kit.db)).rejects.toThrow(refused);
    expect(await events()).toHaveLength(1);
  });

  it('lets go of what is older than it is kept, and of nothing else, and tells so', async () => {
    await makeProject(eve.token, 'old');
    clock.advance(300 * day);
    await makeProject(eve.token, 'younger');
    await kit.audit.service.forgetOld();
    expect(await events()).toHaveLength(2);
    clock.advance(66 * day);
    await kit.audit.service.forgetOld();
    expect(await events()).toMatchObject([
      { action: 'project.create', target: 'younger' },
      {
        action: 'audit.forget',
        via: 'platform',
        target: expect.stringMatching(/^1 events from before 2026-01-02/) as string,
      },
    ]);
    await expect(sql`delete from audit_events`.execute(kit.db)).rejects.toThrow('is not changed');
    await expect(sql`delete from audit_cuts`.execute(kit.db)).rejects.toThrow('is not changed');
  });

  describe('is read', () => {
    beforeEach(async () => {
      const names = ['one', 'two', 'three'];
      for (const name of names) {
        await makeProject(eve.token, name);
        clock.advance(day);
      }
      await logIn('ada@example.org', 'wrong');
      await kit.audit.service.record({
        action: 'server.start',
        outcome: 'done',
        user: { id: eve.id },
        via: 'app',
        project: {
          id: (await kit.db.selectFrom('projects').select('id').where('name', '=', 'one').executeTakeFirstOrThrow()).id,
        },
      });
    });

    const actions = ({ items }: { items: AuditEvent[] }) => items.map(({ action, target }) => [action, target]);

    it('page by page, the newest first', async () => {
      const first = await ask(ada.token, '/audit?limit=2&until=2026-01-31');
      expect(actions(first)).toEqual([
        ['server.start', null],
        ['user.log-in', 'ada@example.org'],
      ]);
      const rest = await ask(ada.token, `/audit?limit=20&cursor=${first.next}`);
      expect(actions(rest)).toEqual([
        ['project.create', 'three'],
        ['project.create', 'two'],
        ['project.create', 'one'],
      ]);
      expect(rest.next).toBeNull();
    });

    it.each([
      ['action=project', 3],
      ['action=project.create', 3],
      ['action=proj', 0],
      ['outcome=refused', 1],
      ['from=2026-01-02&until=2026-01-02', 1],
      ['search=EVE%40', 4],
      ['search=two', 1],
      ['search=%25', 0],
      ['project=one', 1],
    ])('by the filter %s', async (filter, count) => {
      const { items } = await ask(ada.token, `/audit?${filter}`);
      expect(
        items.filter(({ via }) => via !== 'token' || filter !== '').filter(({ action }) => action !== 'audit.list'),
      ).toHaveLength(count);
    });

    it("by a project's owner, as far as it is about the project, and by nobody below", async () => {
      const { items } = await ask(eve.token, '/projects/one/audit');
      expect(items).toMatchObject([
        { action: 'server.start', actor: { email: 'eve@example.org' }, project: { name: 'one' } },
      ]);
      expect((await ask(ada.token, '/projects/one/audit')).status).toBe(404);
      await kit.db
        .insertInto('members')
        .values({ project_id: items[0]?.project?.id ?? '', user_id: ada.id, role: 'editor', since: 0 })
        .execute();
      expect((await ask(ada.token, '/projects/one/audit')).status).toBe(403);
    });

    it('as JSON lines, the oldest first, from where the last export ended', async () => {
      const download = async (token: string, url: string) => {
        const answer = await kit.as(token, { method: 'GET', url: `/api/v1${url}` });
        expect(answer.headers['content-type']).toBe('application/x-ndjson; charset=utf-8');
        expect(answer.headers['content-disposition']).toContain('attachment');
        const lines = answer.body.split('\n').filter((line) => line !== '');
        return lines.map((line) => JSON.parse(line) as AuditEvent);
      };
      const all = await download(ada.token, '/audit/export?until=2026-01-05');
      expect(all.map(({ target }) => target).slice(0, 3)).toEqual(['one', 'two', 'three']);
      const known = all[1]?.id ?? 0;
      expect((await download(ada.token, `/audit/export?after=${known}`))[0]).toMatchObject({ target: 'three' });
      expect((await download(eve.token, '/projects/one/audit/export'))[0]).toMatchObject({ action: 'server.start' });
    });
  });
});
