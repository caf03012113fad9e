import { mkdtemp, mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Session } from '@emberlab/contract';
import Fastify, { type FastifyRequest } from 'fastify';
import type { Kysely } from 'kysely';
import type { Database } from '../../../db/schema.ts';
import type { Target } from '../../../edge/protocol.ts';
import type { Engine } from '../../../engines/engine.ts';
import { localFacts } from '../../../engines/local/properties.ts';
import { auditRequests, type AuditRecord } from '../../../http/audit-trail.ts';
import { HttpError } from '../../../http/errors.ts';
import type { ProjectChange, Viewer } from '../../../http/project-events.ts';
import type { Membership } from '../../../http/router.ts';
import { oneUser } from '../../../identities/one-user.ts';
import { createBus } from '../../../lib/bus.ts';
import { fakeClock } from '../../../lib/clock.fake.ts';
import type { Clock } from '../../../lib/clock.ts';
import { newId } from '../../../lib/ids.ts';
import type { Log } from '../../../lib/log.ts';
import { seedProject, seedUser, testDatabase } from '../../../testing/database.ts';
import { testLimits } from '../../../testing/limits.ts';
import type { AheadOptions } from '../ahead/options.ts';
import type { SessionsDeps } from '../deps.ts';
import type { EngineChooser } from '../engines.ts';
import { createFeature } from '../feature.ts';
import type { Limits } from '../limits.ts';
import { dialIn, testApplication, type FakeAgent } from './fake-agent.ts';
import { fakeEngine } from './fake-engine.ts';

export type TestUser = { id: string; email: string; name: string };
export type Rig = Awaited<ReturnType<typeof createRig>>;
// What came over HTTP has no type until a test looks at it.
// oxlint-disable-next-line typescript/no-explicit-any
type Answer = { status: number; body: any; headers: Record<string, unknown> };

/**
 * The whole feature with a real database, real sockets and a real HTTP app. The engine and the agents are fakes unless others are given; time stands
 * still unless a clock is given. `await using` closes it.
 */
export async function createRig(
  options: {
    limits?: Partial<Limits>;
    requestedBy?: boolean;
    livyAllowed?: readonly string[];
    engine?: (folder: string) => Engine;
    clock?: Clock;
    python?: string;
    executors?: boolean;
    /** what drivers run on, as far as limits count it; default: what does not run their tasks, so they get what they ask */
    sparkMaster?: string;
    ahead?: AheadOptions;
    /** engines beside that of this machine */
    engines?: (folder: string) => EngineChooser;
  } = {},
) {
  const folder = await mkdtemp(join(tmpdir(), 'ember-'));
  const { db, [Symbol.asyncDispose]: closeDb } = await testDatabase();
  const time = fakeClock();
  const clock = options.clock ?? time;
  const fake = fakeEngine(join(folder, 'sessions'));
  const engine = options.engine?.(folder) ?? fake.engine;
  const seen = watchChanges();
  const targets = new Map<string, Target>();
  const errors: unknown[] = [];
  const silent = () => {};
  const log: Log = { info: silent, warn: silent, error: (details) => errors.push(details['err'] ?? details) };
  const state = {
    environmentReady: true,
    python: options.python ?? '/usr/bin/python3',
    tickets: [] as { targetId: string; path: string }[],
    /** projects in which something was done */
    touched: [] as string[],
  };

  const ada = await addUser(db, 'ada@example.org');
  const projectId = await seedProject(db, ada.id, 'demo');
  const projectFolder = join(folder, 'projects/demo');
  await mkdir(projectFolder, { recursive: true });
  await mkdir(join(folder, 'run'));

  const findMembership = async (name: string, userId: string): Promise<Membership | null> => {
    const row = await db
      .selectFrom('members')
      .innerJoin('projects', 'projects.id', 'members.project_id')
      .where('projects.name', '=', name)
      .where('members.user_id', '=', userId)
      .select(['projects.id', 'projects.name', 'projects.label', 'archived_at', 'members.role'])
      .executeTakeFirst();
    if (row === undefined) return null;
    const state = row.archived_at === null ? 'active' : 'archived';
    return { project: { id: row.id, name: row.name, label: row.label, state }, role: row.role };
  };

  const deps: SessionsDeps = {
    db,
    clock,
    config: {
      agentUrl: `unix:${join(folder, 'run/agent.sock')}`,
      publicOrigin: 'http://localhost:8080',
      // Real drivers have real time, which a busy machine needs.
      sessionStartTimeoutMs: options.clock === undefined ? 60_000 : 300_000,
      sessionIdleTimeoutMs: 3_600_000,
      livyRequestedBy: options.requestedBy ?? false,
      livyAllowed: options.livyAllowed ?? [],
      statementOutputLimitBytes: 4 * 1024 * 1024,
      paths: {
        agentSocket: join(folder, 'run/agent.sock'),
        tunnelSocket: join(folder, 'run/tunnel.sock'),
        uploads: join(folder, 'uploads'),
        secretsKey: join(folder, 'secrets.key'),
      },
    },
    bus: seen.bus,
    targets: {
      put: (target) => void targets.set(target.id, target),
      remove: async (id) => void targets.delete(id),
    },
    tickets: {
      async issue({ targetId, path }) {
        state.tickets.push({ targetId, path });
        return `http://${targetId}.localhost:8080/ticket`;
      },
    },
    log,
    engine,
    ...(options.engines === undefined ? {} : { engines: options.engines(folder) }),
    identities: oneUser(),
    async pythonFor() {
      if (!state.environmentReady) throw new HttpError('environment_not_ready');
      return { python: state.python };
    },
    revisionAt: (_, at) => (at > 0 ? 4 : null),
    projectFolder: (name) => join(folder, 'projects', name),
    authenticateGateway: (request) => authenticate(db, request),
    findMembership,
    get admission() {
      return limits.admission;
    },
    shape: {
      executors: options.executors ?? false,
      coresOf: localFacts({ sparkMaster: options.sparkMaster ?? 'spark://cluster' }).coresOf,
    },
    mustHaveDisk: async (whose) => limits.mustHaveDisk(whose),
    touchProject: async (id) => void state.touched.push(id),
    // Pings need answers from outside, which do not come while the hands of the clock are turned.
    ahead: options.ahead ?? null,
    limits: { reconcileMs: 3_600_000, pingMs: 1e9, ...options.limits },
  };

  const limits = testLimits(db, clock, () => [running.sessions.limited]);
  const audited: AuditRecord[] = [];
  const open = async () => {
    const sessions = createFeature(deps);
    const app = Fastify();
    app.decorateRequest('access', null);
    auditRequests(app, async (event) => void audited.push(event));
    sessions.registerLivy(app);
    await app.ready();
    await sessions.start();
    return { sessions, app };
  };
  let running = await open();
  const agents: FakeAgent[] = [];

  const call = async (
    method: 'GET' | 'POST' | 'DELETE' | 'PUT',
    path: string,
    more: { body?: unknown; as?: TestUser | null; headers?: Record<string, string>; raw?: string } = {},
  ): Promise<Answer> => {
    const user = more.as === undefined ? ada : more.as;
    const payload = more.raw ?? (more.body === undefined ? undefined : JSON.stringify(more.body));
    const response = await running.app.inject({
      method,
      url: `/livy/demo${path}`,
      headers: { ...(user === null ? {} : { authorization: `Bearer ${user.email}` }), ...more.headers },
      ...(payload === undefined ? {} : { payload }),
    });
    const json = (response.headers['content-type'] ?? '').startsWith('application/json');
    return { status: response.statusCode, body: json ? response.json() : response.body, headers: response.headers };
  };

  const rig = {
    folder,
    projectFolder,
    projectId,
    db,
    deps,
    clock: time,
    fake,
    targets,
    errors,
    state,
    /** what the audit log was told */
    audited,
    ada,
    call,
    /** the changes that ada's dashboard was told of */
    changes: seen.changes,
    get sessions() {
      return running.sessions;
    },
    get app() {
      return running.app;
    },

    user: (email: string, role: 'viewer' | 'editor' | 'owner' | null) => addMember(db, projectId, email, role),

    /** Resolves when the dashboard has been told that a session is as `matches` says. */
    until: (matches: (session: Session) => boolean) => seen.until(matches),

    /** Waits until the worker has started a session's driver. */
    async driver(id: number) {
      for (;;) {
        const row = await db
          .selectFrom('sessions')
          .select(['pid', 'cluster_id'])
          .where('id', '=', id)
          .executeTakeFirst();
        if (row !== undefined && (row.pid ?? row.cluster_id) !== null) return fake.driver(id);
        await new Promise((resolve) => setImmediate(resolve));
      }
    },

    /** Dials in as a session's agent. */
    async agent(id: number, more: Partial<Parameters<typeof dialIn>[0]> = {}) {
      const { spec } = await rig.driver(id);
      const agent = await dialIn({
        socketPath: deps.config.paths.agentSocket,
        secret: spec.secret,
        sessionId: id,
        ...more,
      });
      agents.push(agent);
      return agent;
    },

    /** A session with a connected agent that is ready. */
    async idle(body: Record<string, unknown> = {}, as: TestUser = ada) {
      const created = await call('POST', '/sessions', { body: { kind: 'pyspark', ...body }, as });
      if (created.status !== 201) throw new Error(JSON.stringify(created.body));
      const { id } = created.body as { id: number };
      const agent = await rig.agent(id);
      const idle = seen.until((session) => session.id === id && session.state === 'idle');
      agent.ready();
      await idle;
      return { id, agent };
    },

    /** Ends this control plane as a crash would, as far as that can be told from outside, and starts the next on the same data. */
    async restart() {
      await running.app.close();
      await running.sessions.close();
      running = await open();
    },

    /** Lets the worker look, and waits until it has. */
    async reconcile() {
      await running.sessions.reconcile();
    },

    /** Lets time pass in steps as small as a worker's, so that nothing looks like a standstill. */
    async pass(ms: number) {
      for (let left = ms; left > 0; left -= 5000) {
        time.advance(Math.min(left, 5000));
        await running.sessions.reconcile();
      }
    },

    async [Symbol.asyncDispose]() {
      for (const agent of agents) await agent.close();
      await running.app.close();
      await running.sessions.close();
      const live = (
        await Promise.all(
          (['sessions', 'batches'] as const).map((table) =>
            db.selectFrom(table).select(['pid', 'start_ticks']).where('ended_at', 'is', null).execute(),
          ),
        )
      ).flat();
      for (const { pid, start_ticks: startTicks } of live) {
        if (pid !== null && startTicks !== null) await engine.kill({ pid, startTicks });
      }
      await closeDb();
      await rm(folder, { recursive: true, force: true });
    },
  };
  return rig;
}

export { testApplication };

async function addUser(db: Kysely<Database>, email: string): Promise<TestUser> {
  return { id: await seedUser(db, email), email, name: 'Ada' };
}

async function addMember(
  db: Kysely<Database>,
  projectId: string,
  email: string,
  role: 'viewer' | 'editor' | 'owner' | null,
): Promise<TestUser> {
  const user = await addUser(db, email);
  if (role !== null) {
    await db.insertInto('members').values({ project_id: projectId, user_id: user.id, role, since: 0 }).execute();
  }
  return user;
}

/**
 * In these tests a token is its owner's address; `@server:{id}` behind it makes it that server's, `@project:{id}` that project's; one
 * with `@reads` at its end may run nothing.
 */
async function authenticate(db: Kysely<Database>, request: FastifyRequest) {
  const token = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1];
  if (token === undefined) return null;
  const [named = '', run] = token.replace(/@reads$/, '').split('@run:');
  const [email = '', serverId] = named.split('@server:');
  const [address = '', projectId] = email.split('@project:');
  const user = await db.selectFrom('users').selectAll().where('email', '=', address).executeTakeFirst();
  if (user === undefined) throw new HttpError('wrong_credentials');
  return {
    user: { id: user.id, email: user.email, name: user.name },
    serverId: serverId ?? null,
    executionId: run === undefined ? null : Number(run),
    projectIds: projectId === undefined ? null : [projectId],
    mayRun: !token.endsWith('@reads'),
    tokenId: `token of ${address}`,
  };
}

/** A bus that remembers what an owner is shown. */
function watchChanges() {
  const bus = createBus<ProjectChange>((error) => {
    throw error;
  });
  const viewer: Viewer = { userId: newId(), role: 'owner' };
  const changes: Session[] = [];
  const waiting = new Set<() => void>();
  bus.subscribe((change) => {
    const event = change.present(viewer);
    if (event?.type === 'session') changes.push(event.session);
    for (const check of waiting) check();
  });
  return {
    bus,
    changes,
    until(matches: (session: Session) => boolean): Promise<Session> {
      // Only the newest of each session counts: it may have left that state again.
      return new Promise((resolve) => {
        const check = () => {
          const newest = new Map(changes.map((session) => [session.id, session]));
          const found = [...newest.values()].find(matches);
          if (found === undefined) return;
          waiting.delete(check);
          resolve(found);
        };
        waiting.add(check);
        check();
      });
    },
  };
}
