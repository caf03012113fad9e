import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { LabServer, Session } from '@emberlab/contract';
import Fastify from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import { describe, expect, it } from 'vitest';
import { serversFixture, startUp } from './servers.fixture.ts';

const hour = 3_600_000;

const sparkSession = (change: Partial<Session>): Session => ({
  id: 1,
  kind: 'pyspark',
  state: 'idle',
  name: null,
  notebook: null,
  startedAhead: null,
  owner: { email: 'ada@example.org', name: 'Ada' },
  mine: true,
  applicationId: null,
  revision: null,
  uiAvailable: false,
  external: null,
  metrics: null,
  stopped: false,
  problem: null,
  createdAt: '2026-03-01T12:00:00.000Z',
  readyAt: null,
  endedAt: null,
  ...change,
});

/** The routes over HTTP, as the edge calls them, with a server that runs. */
async function appFixture() {
  const fixture = await serversFixture();
  const servers = fixture.instance();
  await servers.start();
  const id = await startUp(fixture, servers);
  const app = Fastify({ forceCloseConnections: true });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  servers.registerAppRoutes(app);
  await app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = app.server.address() as AddressInfo;
  const as = (of: string | null) => (of === null ? {} : { 'x-emberlab-app': of });
  return {
    fixture,
    servers,
    id,
    extend: async (hours: unknown, of: string | null = id) => {
      const answer = await app.inject({
        method: 'POST',
        url: '/app/server/extend',
        headers: as(of),
        payload: { hours },
      });
      return { status: answer.statusCode, body: answer.json<LabServer & { code: string }>() };
    },
    stopSession: async (session: number, of: string | null = id) =>
      (await app.inject({ method: 'POST', url: '/app/sessions/stop', headers: as(of), payload: { id: session } }))
        .statusCode,
    /** What the stream says, event by event. */
    async follow(of: string | null = id) {
      const asked = get({ host: '127.0.0.1', port, path: '/app/server', headers: as(of), agent: false });
      const [answer] = (await once(asked, 'response')) as [IncomingMessage];
      const next = async function* (): AsyncGenerator<LabServer> {
        let text = '';
        for await (const chunk of answer) {
          text += String(chunk);
          for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
            const line = text.slice(0, end);
            text = text.slice(end + 2);
            if (line.startsWith('data: ')) yield JSON.parse(line.slice(6)) as LabServer;
          }
        }
      };
      const events = next();
      return { status: answer.statusCode, answer, next: async () => (await events.next()).value as LabServer };
    },
    async [Symbol.asyncDispose]() {
      await app.close();
      await fixture[Symbol.asyncDispose]();
    },
  };
}

describe('what the pages of a server are told', () => {
  it('is its time, now and whenever somebody changes it', async () => {
    await using it = await appFixture();
    const { fixture, servers } = it;
    const stream = await it.follow();
    const hoursLeft = ({ stopsAt }: LabServer) => (Date.parse(stopsAt ?? '') - fixture.clock.now()) / hour;
    const first = await stream.next();
    expect(first).toMatchObject({
      state: 'running',
      time: { hours: 6, mostHours: 24, mayBeUnlimited: false },
      project: { name: 'demo', page: 'http://localhost:8080/projects/demo/jupyter' },
    });
    expect(Object.keys(first).toSorted()).toEqual(['limits', 'project', 'sessions', 'state', 'stopsAt', 'time', 'use']);
    expect(hoursLeft(first)).toBeCloseTo(6);
    // on the dashboard
    await servers.service.extend(fixture.whose, 6);
    expect(hoursLeft(await stream.next())).toBeCloseTo(12);
    // from such a page
    expect(hoursLeft((await it.extend(6)).body)).toBeCloseTo(18);
    expect(hoursLeft(await stream.next())).toBeCloseTo(18);
    expect(fixture.events.at(-1)?.event).toMatchObject({ type: 'server', server: { id: it.id } });
    await servers.service.stop(fixture.whose);
    expect(await stream.next()).toMatchObject({ state: 'stopping' });
    stream.answer.destroy();
  });

  it('is what it takes of what it may, whenever that changes', async () => {
    await using it = await appFixture();
    const { fixture, servers, id } = it;
    const stream = await it.follow();
    expect(await stream.next()).toMatchObject({ limits: { memoryMb: 4096, cores: 2 }, use: null });
    const look = async (memoryMb: number) => {
      fixture.uses.set(id, { memoryBytes: memoryMb * 1024 ** 2, cpuMs: 0, memoryKills: 0, processes: [] });
      await servers.lookAtUse();
    };
    await look(512);
    expect((await stream.next()).use).toEqual({ memoryMb: 512, cores: 0 });
    await look(1024);
    expect((await stream.next()).use).toEqual({ memoryMb: 1024, cores: 0 });
    stream.answer.destroy();
  });

  it('is its Spark sessions, whenever one of them changes, and one can be stopped there', async () => {
    await using it = await appFixture();
    const { fixture } = it;
    const stream = await it.follow();
    expect((await stream.next()).sessions).toEqual([]);
    const session = sparkSession({ id: 7, notebook: 'Jupyter/a.ipynb', state: 'busy' });
    fixture.activity.sessions.push(session);
    const tell = (mine: boolean) =>
      fixture.bus.publish({
        projectId: fixture.projectId,
        users: [],
        present: () => ({ type: 'session', session: { ...session, mine } }),
      });
    tell(false);
    tell(true);
    expect((await stream.next()).sessions).toEqual([
      {
        id: 7,
        notebook: 'Jupyter/a.ipynb',
        state: 'busy',
        stopped: false,
        executors: null,
        activeJob: null,
        uiAvailable: false,
        page: 'http://localhost:8080/projects/demo/applications/7',
      },
    ]);
    expect(await it.stopSession(8)).toBe(404);
    expect(await it.stopSession(7)).toBe(200);
    expect(await it.stopSession(7, null)).toBe(404);
    expect(fixture.calls.filter((call) => call.startsWith('stop session '))).toEqual(['stop session 7']);
    stream.answer.destroy();
  });

  it("is nothing of others' servers", async () => {
    await using it = await appFixture();
    const { fixture, servers } = it;
    const stream = await it.follow();
    await stream.next();
    const bobs = { projectId: fixture.projectId, userId: fixture.bob };
    const { id } = await servers.service.start(bobs);
    fixture.answer(id ?? '');
    await fixture.until(async () => (await servers.service.get(bobs)).state === 'running', 50);
    await servers.service.extend(bobs, 6);
    await servers.service.extend(fixture.whose, 6);
    const { stopsAt } = await servers.service.get(fixture.whose);
    expect(await stream.next()).toMatchObject({ stopsAt });
    stream.answer.destroy();
  });

  it('is cut off when the server has ended', async () => {
    await using it = await appFixture();
    const { fixture, servers } = it;
    const stream = await it.follow();
    await stream.next();
    const cut = once(stream.answer, 'error');
    await servers.service.stop(fixture.whose);
    await fixture.until(async () => (await servers.service.get(fixture.whose)).state === 'stopped', 50);
    fixture.clock.advance(5000);
    while ((await stream.next().catch(() => undefined)) !== undefined);
    expect(String((await cut)[0])).toMatch(/aborted/);
  });
});

describe('what the pages of a server may do', () => {
  it('is to add time within the bounds of the administrator', async () => {
    await using it = await appFixture();
    expect((await it.extend(null)).body.code).toBe('forbidden');
    for (const hours of [6, 6, 6]) expect((await it.extend(hours)).status).toBe(200);
    expect((await it.extend(6)).body.code).toBe('most_time');
    expect((await it.extend('6')).status).toBe(400);
    it.fixture.time.mayBeUnlimited = true;
    expect((await it.extend(null)).body).toMatchObject({ state: 'running', stopsAt: null });
  });

  it('is nothing without the name that the edge gives, and nothing to one that has ended', async () => {
    await using it = await appFixture();
    const { fixture, servers } = it;
    expect((await it.follow(null)).status).toBe(404);
    expect((await it.extend('not even a number', null)).status).toBe(404);
    expect((await it.follow('nobody')).status).toBe(424);
    await servers.service.stop(fixture.whose);
    await fixture.until(async () => (await servers.service.get(fixture.whose)).state === 'stopped', 50);
    // A member's next server is another one.
    await startUp(fixture, servers);
    expect((await it.extend(6)).status).toBe(424);
    expect((await it.follow()).status).toBe(424);
  });
});
