import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Announcement, ProjectEvent, ShownAnnouncement } from '@emberlab/contract';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { toInstant } from '../../lib/clock.ts';
import { fakeClock } from '../../lib/clock.fake.ts';
import { testApp, type TestApp } from '../../testing/app.ts';

const hour = 3_600_000;
const body = { text: 'Maintenance on Sunday.', level: 'info' as const, from: null, until: null, atLogin: false };

describe('announcements', () => {
  let clock: ReturnType<typeof fakeClock>;
  let folder: string;
  let kit: TestApp;
  let cookies: Map<string, string>;

  beforeEach(async () => {
    clock = fakeClock();
    folder = mkdtempSync(join(tmpdir(), 'emberlab-announcements-'));
    kit = await testApp({ clock, projectsFolder: folder });
    cookies = new Map();
    for (const name of ['root', 'ada', 'bob']) {
      const account = { email: `${name}@example.org`, password: 'correct horse battery' };
      await kit.users.service.create({ ...account, name, admin: name === 'root' });
      const answer = await kit.app.inject({ method: 'POST', url: '/api/v1/auth/login', payload: account });
      cookies.set(name, String(answer.headers['set-cookie']).split(';')[0] ?? '');
    }
    await kit.announcements.look();
  });
  afterEach(async () => {
    await kit[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });

  const ask = async (as: string, method: 'GET' | 'POST' | 'PUT', path: string, payload?: object) => {
    const request = { method, url: `/api/v1${path}`, headers: { cookie: cookies.get(as) ?? '' } };
    const answer = await kit.app.inject(payload === undefined ? request : { ...request, payload });
    return { status: answer.statusCode, body: answer.json() };
  };
  const write = async (change: Partial<Record<keyof typeof body, unknown>> = {}) =>
    (await ask('root', 'POST', '/admin/announcements', { ...body, ...change })).body as Announcement;
  const texts = async (as: string, path = '/announcements') =>
    ((await ask(as, 'GET', path)).body.items as ShownAnnouncement[]).map(({ text }) => text);

  it('are read by everybody, warnings first, and before the login only where that was chosen', async () => {
    await write({ text: 'For all' });
    clock.advance(1);
    await write({ text: '<b>Disk</b>\nis full', level: 'warning', atLogin: true });
    expect(await texts('ada')).toEqual(['<b>Disk</b>\nis full', 'For all']);
    expect(await texts('nobody', '/announcements/login')).toEqual(['<b>Disk</b>\nis full']);
    expect((await ask('nobody', 'GET', '/announcements')).status).toBe(401);
  });

  it('are shown in their time, and those who look at a project are told when it comes and when it is over', async () => {
    const told: (ProjectEvent | null)[] = [];
    kit.bus.subscribe((change) => void told.push(change.present({ userId: 'x', role: 'viewer' })));
    const made = await write({
      from: toInstant(clock.now() + hour),
      until: toInstant(clock.now() + 2 * hour),
      atLogin: true,
    });
    expect(made.state).toBe('planned');
    await kit.announcements.look();
    expect([await texts('ada'), await texts('nobody', '/announcements/login'), told]).toEqual([[], [], []]);
    expect((await ask('ada', 'POST', `/announcements/${made.id}/dismiss`)).status).toBe(404);
    clock.advance(hour);
    await kit.announcements.look();
    await kit.announcements.look();
    expect([await texts('ada'), told]).toEqual([[body.text], [{ type: 'announcements' }]]);
    clock.advance(hour);
    await kit.announcements.look();
    expect([await texts('ada'), told.length]).toEqual([[], 2]);
    expect((await ask('root', 'GET', '/admin/announcements')).body.items).toMatchObject([
      { state: 'over', author: 'root@example.org' },
    ]);
  });

  it('are told of at once when they are written, changed and ended', async () => {
    let told = 0;
    kit.bus.subscribe(() => void (told += 1));
    const { id } = await write();
    expect(told).toBe(1);
    await ask('root', 'PUT', `/admin/announcements/${id}`, { ...body, text: 'On Monday.' });
    expect([told, await texts('ada')]).toEqual([2, ['On Monday.']]);
    expect((await ask('root', 'POST', `/admin/announcements/${id}/end`)).body).toMatchObject({ state: 'over' });
    expect([told, await texts('ada')]).toEqual([3, []]);
  });

  it('are put away by each reader alone, until they say something else; warnings stay', async () => {
    const { id } = await write();
    const warning = await write({ level: 'warning', text: 'Save your work.' });
    expect((await ask('ada', 'POST', `/announcements/${id}/dismiss`)).status).toBe(200);
    expect((await ask('ada', 'POST', `/announcements/${id}/dismiss`)).status).toBe(200);
    expect((await ask('ada', 'POST', `/announcements/${warning.id}/dismiss`)).body.error.code).toBe('forbidden');
    expect([await texts('ada'), (await texts('bob')).length]).toEqual([['Save your work.'], 2]);
    await ask('root', 'PUT', `/admin/announcements/${id}`, { ...body, text: 'On Monday.' });
    expect(await texts('ada')).toEqual(['Save your work.', 'On Monday.']);
    // One that becomes a warning is seen also by those who had put it away.
    await ask('ada', 'POST', `/announcements/${id}/dismiss`);
    await ask('root', 'PUT', `/admin/announcements/${id}`, { ...body, level: 'warning' });
    expect(await texts('ada')).toContain(body.text);
  });

  it('are not made of what nobody could read, or of what would be over already', async () => {
    for (const change of [
      { text: '' },
      { text: ' \n ' },
      { text: 'x'.repeat(1001) },
      { text: 'a\u202eb' },
      { text: 'a\u0000b' },
      { level: 'bad' },
      { until: '2020-01-01T00:00:00.000Z' },
      { from: '2030-01-02T00:00:00.000Z', until: '2030-01-01T00:00:00.000Z' },
    ]) {
      const { status } = await ask('root', 'POST', '/admin/announcements', { ...body, ...change });
      expect([change, status]).toEqual([change, 400]);
    }
    expect(await texts('ada')).toEqual([]);
  });

  it('are written by administrators alone, and the audit log says who did', async () => {
    const { id } = await write();
    for (const [method, path] of [
      ['GET', ''],
      ['POST', ''],
      ['PUT', `/${id}`],
      ['POST', `/${id}/end`],
    ] as const) {
      const payload = method === 'GET' ? undefined : body;
      expect((await ask('ada', method, `/admin/announcements${path}`, payload)).status).toBe(403);
    }
    const { items } = await kit.audit.service.list({ action: 'announcement.create', outcome: 'done' }, { limit: 5 });
    expect(items).toMatchObject([{ target: body.text, actor: { email: 'root@example.org' } }]);
  });

  it('keep their words when their author’s account is gone', async () => {
    await write();
    await kit.db.deleteFrom('users').where('email', '=', 'root@example.org').execute();
    expect(await texts('ada')).toEqual([body.text]);
  });
});
