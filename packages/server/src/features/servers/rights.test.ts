import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { once, type EventEmitter } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { createEdgeStore } from '../../edge/store.ts';
import { createFeedServer } from '../../edge/feed-server.ts';
import { runEdge } from '../../edge/edge.ts';
import type { ProjectChange } from '../../http/project-events.ts';
import { createBus } from '../../lib/bus.ts';
import { fakeClock } from '../../lib/clock.fake.ts';
import { systemClock } from '../../lib/clock.ts';
import { createProjects } from '../projects/index.ts';
import { createUsers } from '../users/index.ts';
import { lightServers, makeLightFolder, until } from './light.fixture.ts';
import type { Whose } from './service.ts';

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** Projects, servers and the edge as they are, with real processes and connections; a light program stands in Jupyter's place. */
async function startWorld() {
  const stack = new AsyncDisposableStack();
  const folder = await makeLightFolder();
  const bus = createBus<ProjectChange>((error) => {
    throw error;
  });
  const paths = {
    agentSocket: join(folder, 'agent.sock'),
    controlSocket: join(folder, 'control.sock'),
    edgeSocket: join(folder, 'edge.sock'),
  };
  const appsOrigin = 'http://{id}.localhost:0';
  let feed: ReturnType<typeof createFeedServer> | null = null;
  let users: ReturnType<typeof createUsers> | null = null;
  const light = stack.use(
    await lightServers(folder, {
      startLimit: 5,
      around(db) {
        feed = createFeedServer({
          socketPath: paths.edgeSocket,
          store: createEdgeStore(db),
          appsOrigin,
          clock: systemClock,
          log: silent,
          onSeen: async () => undefined,
        });
        users = createUsers({
          db,
          clock: systemClock,
          secure: false,
          openId: null,
          log: silent,
          loginLimits: { idleMs: 7 * 24 * 3_600_000, mostMs: 14 * 24 * 3_600_000 },
          onRightsChanged: async () => undefined,
          onLoginEnded: feed.revokeLogin,
        });
        return { bus, targets: feed.targets, tickets: feed.tickets, tokens: users.service };
      },
    }),
  );
  if (feed === null || users === null) throw new Error('nothing around');
  const { targets: _targets, ...control } = feed as ReturnType<typeof createFeedServer>;
  const projects = createProjects({
    db: light.db,
    clock: systemClock,
    log: silent,
    bus,
    projectsFolder: join(folder, 'projects'),
    publicOrigin: 'http://localhost:0',
    onCreated: async () => undefined,
    parts: () => [light.servers.part],
    removeEnvironment: async () => undefined,
    onRightsChanged: control.review,
  });
  await light.servers.start();
  await control.listen();
  stack.defer(() => control.close());
  projects.start();
  stack.defer(() => projects.close());
  const edge = await runEdge(
    {
      host: '127.0.0.1',
      port: 0,
      publicOrigin: 'http://localhost:0',
      appsOrigin,
      tls: null,
      trustedProxies: [],
      paths,
    },
    silent,
    { graceMs: 500 },
  );
  stack.defer(() => edge.close());
  const [ada, bob] = await light.members(2);
  if (ada === undefined || bob === undefined) throw new Error('nobody');
  const setRole = (role: 'editor' | 'viewer' | 'owner') =>
    projects.members.set(bob.projectId, 'member1@example.org', role, ada.userId);
  await setRole('editor');
  return {
    ...light,
    folder,
    ada,
    bob,
    projects,
    users: users as ReturnType<typeof createUsers>,
    setRole,
    open: (whose: Whose) => openServer(light, edge.address.port, whose),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** A server that runs, opened in a browser: with a WebSocket and an answer that goes on. */
async function openServer(light: Awaited<ReturnType<typeof lightServers>>, port: number, whose: Whose) {
  const { id } = await light.servers.service.start(whose);
  await light.reach(whose, 'running');
  const { url } = await light.servers.service.open(whose, { loginDigest: null, path: undefined });
  const host = `${id}.localhost:${port}`;
  const ask = (path: string, cookie = '') =>
    new Promise<IncomingMessage>((resolve, reject) => {
      const request = httpRequest({ port, host: '127.0.0.1', path, headers: { host, cookie }, agent: false });
      request.once('error', reject).once('response', resolve).end();
    });
  const { pathname, search } = new URL(url.replace(':0/', '/'));
  const opened = await ask(pathname + search);
  opened.resume();
  const cookie = opened.headers['set-cookie']?.[0]?.split(';')[0] ?? '';
  const held = await ask('/hold', cookie);
  held.on('error', () => undefined);
  await once(held, 'data');
  const socket = new WebSocket(`ws://127.0.0.1:${port}/api/kernels/k/channels`, {
    headers: { host, origin: `http://${host}`, cookie },
    perMessageDeflate: false,
  });
  socket.on('error', () => undefined);
  await once(socket, 'open');
  return {
    id: id ?? '',
    closed: Promise.all([closed(held), closed(socket)]),
    isOpen: () => socket.readyState === WebSocket.OPEN && !held.destroyed,
    async status(): Promise<number> {
      const answer = await ask('/', cookie);
      answer.resume();
      return answer.statusCode ?? 0;
    },
  };
}

const closed = (open: EventEmitter): Promise<void> =>
  new Promise((resolve) => void open.once('close', () => resolve()));

type World = Awaited<ReturnType<typeof startWorld>>;

describe("a member's server, with the connections to it,", () => {
  it.each<[string, 'member' | 'project', (it: World) => Promise<unknown>]>([
    [
      'is removed',
      'member',
      (it) => it.projects.members.remove(it.bob.projectId, 'member1@example.org', it.ada.userId),
    ],
    ['leaves', 'member', (it) => it.projects.members.leave(it.bob.projectId, it.bob.userId)],
    ['may only read any more', 'member', (it) => it.setRole('viewer')],
    [
      'loses the membership behind our back',
      'member',
      (it) => it.db.deleteFrom('members').where('user_id', '=', it.bob.userId).execute(),
    ],
    [
      'can log in no more',
      'member',
      (it) => it.db.updateTable('users').set({ disabled_at: 1 }).where('id', '=', it.bob.userId).execute(),
    ],
    ['has their project archived', 'project', (it) => it.projects.service.archive(it.bob.projectId)],
  ])(
    'ends when its member %s',
    async (_what, why, act) => {
      await using it = await startWorld();
      const [hers, his] = [await it.open(it.ada), await it.open(it.bob)];
      const token = await it.users.service.issueForServer({ serverId: his.id, ...it.bob });
      await act(it);
      await his.closed;
      await it.reach(it.bob, 'stopped');
      expect((await it.get(it.bob)).stopReason).toBe(why);
      // The socket and the group of the other are there as before.
      expect(it.left([his.id]).filter((one) => !one.includes(hers.id))).toEqual([]);
      expect(await his.status()).toBe(404);
      expect(await it.users.service.findToken(token)).toBeNull();
      const grants = await it.db.selectFrom('grants').select('target_id').execute();
      expect(grants.map((grant) => grant.target_id)).not.toContain(his.id);
      // Nobody else notices, but where all of it ends.
      if (why === 'project') await hers.closed;
      expect(hers.isOpen()).toBe(why === 'member');
      expect(await hers.status()).toBe(why === 'member' ? 200 : 404);
    },
    60_000,
  );

  it('ends also when it was still in the queue, and when it was started while its right went', async () => {
    await using it = await startWorld();
    await it.setRole('viewer');
    // As a request does that was let in a moment before.
    await it.servers.service.start(it.bob);
    await it.reach(it.bob, 'stopped');
    expect(await it.get(it.bob)).toMatchObject({ stopReason: 'member' });
  }, 30_000);

  it('stays through other roles that may run it', async () => {
    await using it = await startWorld();
    const his = await it.open(it.bob);
    await it.setRole('owner');
    await it.setRole('editor');
    expect(his.isOpen()).toBe(true);
    expect(await his.status()).toBe(200);
    expect((await it.get(it.bob)).state).toBe('running');
  }, 30_000);

  it('ends with its project, of which nothing is left then but the name', async () => {
    await using it = await startWorld();
    const his = await it.open(it.bob);
    const { projectId } = it.bob;
    const folder = it.projects.service.folderOf('demo');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'file'), '');
    const log = it.spawner.log(his.id);
    expect(existsSync(log)).toBe(true);
    await it.projects.service.remove({ id: projectId, name: 'demo' }, 'demo');
    await his.closed;
    await until(async () => (await it.db.selectFrom('projects').select('id').execute()).length === 0);
    expect([existsSync(folder), existsSync(log), it.left([his.id])]).toEqual([false, false, []]);
    expect(await his.status()).toBe(404);
    for (const table of ['servers', 'members', 'grants', 'revisions', 'tokens'] as const) {
      expect(await it.db.selectFrom(table).selectAll().execute()).toEqual([]);
    }
    const again = await it.projects.service.create({ name: 'demo' }, it.bob.userId);
    expect(again.id).not.toBe(projectId);
    expect(await his.status()).toBe(404);
  }, 30_000);

  it('that hears no signal ends within 5 s', async () => {
    const clock = fakeClock();
    await using light = await lightServers(await makeLightFolder(), { clock });
    const turn = (check: () => Promise<boolean>, ms: number) =>
      until(async () => {
        if (clock.waiting() > 0) clock.advance(ms);
        return check();
      });
    light.say('mode', 'deaf');
    await light.servers.start();
    const [whose] = await light.members(1);
    if (whose === undefined) throw new Error('nobody');
    const { id } = await light.servers.service.start(whose);
    await turn(async () => (await light.get(whose)).state === 'running', 50);
    const asked = clock.now();
    await light.servers.part.stop(whose, 'member');
    await turn(async () => (await light.get(whose)).state === 'stopped', 25);
    expect(clock.now() - asked).toBeLessThanOrEqual(5000);
    expect(light.left([id ?? ''])).toEqual([]);
  }, 30_000);
});
