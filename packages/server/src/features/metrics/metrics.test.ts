import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fakeClock } from '../../lib/clock.fake.ts';
import { testApp, type TestApp } from '../../testing/app.ts';
import { seedProject, seedServer, seedSession, seedUser } from '../../testing/database.ts';

describe('/metrics', () => {
  let folder: string;
  let kit: TestApp | null = null;
  const clock = fakeClock();
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'emberlab-metrics-'));
  });
  afterEach(async () => {
    await kit?.[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });
  const start = async (more: { publicOrigin?: string; metricsToken?: string } = {}) => {
    kit = await testApp({ clock, projectsFolder: folder, ...more });
    return kit;
  };
  const ask = (headers: Record<string, string> = {}) =>
    kit?.app.inject({ method: 'GET', url: '/metrics', headers }) ?? Promise.reject(new Error('no app'));
  const value = (text: string, line: string) =>
    text
      .split('\n')
      .find((each) => each.startsWith(`${line} `))
      ?.slice(line.length + 1);

  it('tells of requests, of what runs by state, of the queue, of edges and of the process itself', async () => {
    const { app, db, metrics } = await start();
    const userId = await seedUser(db);
    const projectId = await seedProject(db, userId);
    await seedServer(db, { id: 'server1', projectId, userId });
    await seedServer(db, { id: 'server2', projectId, userId: await seedUser(db, 'eve@example.org') });
    await db.updateTable('servers').set({ state: 'queued' }).where('id', '=', 'server2').execute();
    await seedSession(db, { uiId: 'ui1', projectId, userId });
    await app.inject({ method: 'GET', url: '/api/v1/projects/secret-name' });
    metrics.observeEdge({ edge: '17', connections: 3, requests: { 'app 2xx': 40 }, busy: 0.25, memoryBytes: 5000 });
    const answer = await ask();
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/);
    const text = answer.body;
    expect(value(text, 'emberlab_running{kind="servers",state="running"}')).toBe('1');
    expect(value(text, 'emberlab_running{kind="sessions",state="idle"}')).toBe('1');
    expect(value(text, 'emberlab_server_queue')).toBe('1');
    expect(
      value(
        text,
        'emberlab_http_request_duration_seconds_count{method="GET",route="/api/v1/projects/:project",status="4xx"}',
      ),
    ).toBe('1');
    expect(value(text, 'emberlab_edge_connections{edge="17"}')).toBe('3');
    expect(value(text, 'emberlab_edge_event_loop_utilization{edge="17"}')).toBe('0.25');
    expect(value(text, 'emberlab_edge_requests_total{edge="17",kind="app",status="2xx"}')).toBe('40');
    expect(Number(value(text, 'process_resident_memory_bytes'))).toBeGreaterThan(1e6);
    expect(text).toContain('nodejs_eventloop_lag_seconds');
    expect(text).not.toContain('secret-name');
  });

  it('forgets what has ended, and an edge that is silent', async () => {
    const { db, metrics } = await start();
    const userId = await seedUser(db);
    const projectId = await seedProject(db, userId);
    await seedServer(db, { id: 'server1', projectId, userId });
    metrics.observeEdge({ edge: '17', connections: 3, requests: {}, busy: 0, memoryBytes: 5000 });
    expect((await ask()).body).toContain('state="running"');
    await db.updateTable('servers').set({ state: 'stopped', ended_at: 1 }).execute();
    clock.advance(61_000);
    const { body } = await ask();
    expect(body).not.toContain('state="running"');
    expect(body).not.toContain('edge="17"');
  });

  it('is for programs of this machine where there is no token', async () => {
    await start();
    expect((await ask({ 'x-forwarded-for': '127.0.0.1' })).statusCode).toBe(200);
    expect((await ask({ 'x-forwarded-for': '192.0.2.7' })).statusCode).toBe(403);
  });

  it('is for nobody without a token where people come from elsewhere: a proxy on this machine would stand for all of them', async () => {
    await start({ publicOrigin: 'https://emberlab.example.org' });
    const answer = await ask({ 'x-forwarded-for': '127.0.0.1' });
    expect(answer.statusCode).toBe(403);
    expect(answer.json()).toMatchObject({ error: { message: expect.stringContaining('metrics_token') as string } });
  });

  it('is for whoever has the token, from anywhere, and for nobody else, from here neither', async () => {
    await start({ publicOrigin: 'https://emberlab.example.org', metricsToken: 'correct-horse-battery' });
    const from = { 'x-forwarded-for': '192.0.2.7' };
    expect((await ask({ ...from, authorization: 'Bearer correct' })).statusCode).toBe(401);
    expect((await ask({ 'x-forwarded-for': '127.0.0.1' })).statusCode).toBe(401);
    expect((await ask({ ...from, authorization: 'Bearer correct-horse-battery' })).statusCode).toBe(200);
  });
});
