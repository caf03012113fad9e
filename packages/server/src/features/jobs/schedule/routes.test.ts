import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ScheduleBody } from '@emberlab/contract';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fakeClock } from '../../../lib/clock.fake.ts';
import { testApp, type TestApp } from '../../../testing/app.ts';
import { planeOn } from './schedule.fixture.ts';

const daily: Partial<ScheduleBody> = { cron: '30 2 * * *', timezone: 'Europe/Berlin' };

describe('the routes of schedules, backfills and chains', () => {
  let clock: ReturnType<typeof fakeClock>;
  let folder: string;
  let kit: TestApp;
  let told: string[];
  const cookies = new Map<string, string>();
  const ids = new Map<string, string>();

  beforeEach(async () => {
    clock = fakeClock(Date.UTC(2026, 5, 1));
    folder = mkdtempSync(join(tmpdir(), 'emberlab-schedules-'));
    kit = await testApp({ clock, projectsFolder: folder });
    planeOn(kit.db, clock, kit.bus).registerRoutes(kit.router);
    for (const name of ['ada', 'bob', 'cy', 'dora']) {
      const account = { email: `${name}@example.org`, password: 'correct horse battery' };
      ids.set(name, (await kit.users.service.create({ ...account, name, admin: false })).id);
      const answer = await kit.app.inject({ method: 'POST', url: '/api/v1/auth/login', payload: account });
      cookies.set(name, String(answer.headers['set-cookie']).split(';')[0] ?? '');
    }
    // ada owns the project, bob the job, cy is another editor, dora reads.
    const { id } = await kit.projects.service.create({ name: 'demo' }, ids.get('ada') ?? '');
    for (const [name, role] of [
      ['bob', 'editor'],
      ['cy', 'editor'],
      ['dora', 'viewer'],
    ] as const) {
      const userId = ids.get(name) ?? '';
      await kit.db.insertInto('members').values({ project_id: id, user_id: userId, role, since: 0 }).execute();
    }
    for (const name of ['report', 'load']) await addJob(id, name);
    told = [];
    kit.bus.subscribe((change) => void told.push(change.present({ userId: 'x', role: 'viewer' })?.type ?? ''));
  });
  afterEach(async () => {
    await kit[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });

  const addJob = (projectId: string, name: string) =>
    kit.db
      .insertInto('jobs')
      .values({
        project_id: projectId,
        owner_id: ids.get('bob') ?? '',
        name,
        name_key: name.toLowerCase(),
        type: 'python',
        program: 'Jupyter/report.py',
        main_class: null,
        arguments_json: '[]',
        parameters_json: '{}',
        configuration_json: '{"type":"python"}',
        policy_json: '{}',
        created_at: 0,
        updated_at: 0,
      })
      .execute();
  const ask = async (
    as: string,
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    path: string,
    payload?: object,
    project = 'demo',
  ) => {
    const url = `/api/v1/projects/${project}/${path}`;
    const request = { method, url, headers: { cookie: cookies.get(as) ?? '' } };
    const answer = await kit.app.inject(payload === undefined ? request : { ...request, payload });
    return { status: answer.statusCode, body: answer.json() };
  };

  it('show a schedule to every member, and those who look at the project are told of changes', async () => {
    expect((await ask('dora', 'GET', 'jobs/1/schedule')).body).toEqual({ schedule: null });
    const set = await ask('bob', 'PUT', 'jobs/1/schedule', daily);
    expect(set.status).toBe(200);
    expect((await ask('dora', 'GET', 'jobs/1/schedule')).body).toEqual({
      schedule: {
        ...daily,
        start: null,
        end: null,
        enabled: true,
        missed: 'one',
        overlap: 'wait',
        paused: null,
        nextRuns: ['01', '02', '03', '04', '05'].map((day) => `2026-06-${day}T00:30:00.000Z`),
        waiting: 0,
        recent: [],
        changedBy: 'bob@example.org',
        changedAt: '2026-06-01T00:00:00.000Z',
      },
    });
    expect(told).toEqual(['jobs']);
    expect((await ask('ada', 'DELETE', 'jobs/1/schedule')).status).toBe(200);
    expect((await ask('dora', 'GET', 'jobs/1/schedule')).body).toEqual({ schedule: null });
  });

  it('let the owner of the job and owners of the project change things, and nobody else', async () => {
    const range = { from: '2026-05-01T00:00:00.000Z', to: '2026-05-02T00:00:00.000Z', cron: '0 0 * * *' };
    const made = await ask('bob', 'POST', 'jobs/1/backfills', range);
    expect(made).toMatchObject({ status: 202, body: { total: 2 } });
    const changes = [
      ['PUT', 'jobs/1/schedule', daily],
      ['DELETE', 'jobs/1/schedule', undefined],
      ['POST', 'jobs/1/backfills', range],
      ['POST', `jobs/1/backfills/${made.body.id}/cancel`, undefined],
      ['PUT', 'jobs/1/after', { after: [2] }],
    ] as const;
    for (const [method, path, body] of changes) {
      for (const [who, status] of [
        ['dora', 403],
        ['cy', 403],
      ] as const) {
        expect([path, who, (await ask(who, method, path, body)).status]).toEqual([path, who, status]);
      }
      expect((await ask('ada', method, path, body)).status).toBeLessThan(300);
    }
    expect((await ask('cy', 'PUT', 'jobs/1/schedule', daily)).body.error.message).toBe(
      "Only the job's owner and owners of the project may do that.",
    );
    expect((await ask('dora', 'GET', 'jobs/1/backfills')).body.items).toHaveLength(2);
    expect((await ask('dora', 'GET', 'jobs/2/after')).body).toEqual({ after: [], before: [{ id: 1, name: 'report' }] });
  });

  it('know the jobs of the project alone', async () => {
    await kit.projects.service.create({ name: 'other' }, ids.get('ada') ?? '');
    for (const path of ['jobs/1/schedule', 'jobs/1/backfills', 'jobs/1/after']) {
      expect((await ask('ada', 'GET', path, undefined, 'other')).status).toBe(404);
    }
    expect((await ask('ada', 'PUT', 'jobs/1/schedule', daily, 'other')).status).toBe(404);
    expect((await ask('ada', 'GET', 'jobs/99/schedule')).status).toBe(404);
  });

  it('say what is wrong with a schedule, before and when it is saved, by its fields', async () => {
    const wrong = { cron: '61 * * * *', timezone: 'Mars/Olympus' };
    for (const [method, path] of [
      ['POST', 'schedule/preview'],
      ['PUT', 'jobs/1/schedule'],
    ] as const) {
      const { status, body } = await ask('ada', method, path, wrong);
      expect([status, body.error.details.map((detail: { path: string }) => detail.path)]).toEqual([
        400,
        ['cron', 'timezone'],
      ]);
    }
    for (const change of [
      { start: '2026-02-31T00:00:00.000Z' },
      { missed: 'some' },
      { cron: 'x'.repeat(201) },
      { cron: '' },
    ]) {
      expect([change, (await ask('ada', 'POST', 'schedule/preview', { ...daily, ...change })).status]).toEqual([
        change,
        400,
      ]);
    }
    const fine = await ask('dora', 'POST', 'schedule/preview', {
      ...daily,
      end: '2026-06-02T23:00:00.000Z',
      enabled: false,
    });
    expect(fine.body).toEqual({ nextRuns: ['2026-06-01T00:30:00.000Z', '2026-06-02T00:30:00.000Z'] });
    expect(told).toEqual([]);
  });
});
