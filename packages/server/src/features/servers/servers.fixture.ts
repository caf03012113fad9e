import { once } from 'node:events';
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Configuration, ProjectEvent, Server, Session } from '@emberlab/contract';
import type { Target } from '../../edge/protocol.ts';
import { HttpError } from '../../http/errors.ts';
import type { ProjectChange, Viewer } from '../../http/project-events.ts';
import { createBus } from '../../lib/bus.ts';
import { fakeClock } from '../../lib/clock.fake.ts';
import type { ServerExit, ServerHandle, ServerSpec, ServerUse, Spawner } from '../../spawners/spawner.ts';
import { seedProject, seedRevision, seedUser, testDatabase } from '../../testing/database.ts';
import type { Profile } from '../../spawners/profile.ts';
import { testLimits } from '../../testing/limits.ts';
import { testProfiles } from '../../testing/profiles.ts';
import type { ActivityReport } from './activity.ts';
import { createConfigurations } from '../configurations/index.ts';
import type { RunsReport } from './notebook-runs.ts';
import { createServers } from './index.ts';
import { createServerStore } from './store.ts';

type FakeProcess = { spec: ServerSpec; handle: ServerHandle; alive: boolean; end: (exit: ServerExit) => void };

/** A spawner without processes: tests say when one answers and when it ends. */
function fakeSpawner(folder: string) {
  const processes: FakeProcess[] = [];
  const forgotten: string[] = [];
  const uses = new Map<string, ServerUse>();
  const bounded = new Set<string>();
  /** those whose logs can't be kept within bounds */
  const brokenLogs = new Set<string>();
  const log = (id: string) => join(folder, id, 'server.log');
  const spawner: Spawner = {
    places: ({ serverId }) => ({
      folder: join(folder, serverId),
      listens: { socket: join(folder, `${serverId}.sock`) },
      gateway: null,
      runtime: join(folder, 'runtime'),
      sockets: false,
      home: join(folder, 'home'),
    }),
    runOf: async () => ({ begun: null, exitCode: null }),
    async start(spec) {
      for (const [name, content] of Object.entries({ ...spec.files, 'server.log': '' })) {
        const path = join(folder, spec.serverId, name);
        await mkdir(dirname(path), { recursive: true });
        await writeFile(path, content);
      }
      const { promise, resolve } = Promise.withResolvers<ServerExit>();
      const handle = { pid: 100_000 + processes.length, startTicks: '1' };
      const one: FakeProcess = {
        spec,
        handle,
        alive: true,
        end: (exit) => {
          one.alive = false;
          resolve(exit);
        },
      };
      processes.push(one);
      return { handle, exited: promise };
    },
    find: async (id) => processes.find((one) => one.alive && one.spec.serverId === id)?.handle ?? null,
    reachedAt: async ({ serverId }) => join(folder, `${serverId}.sock`),
    isAlive: async (handle) => processes.some((one) => one.alive && one.handle.pid === handle.pid),
    async stop(id) {
      for (const one of processes) if (one.alive && one.spec.serverId === id) one.end({ code: 0, signal: null });
    },
    clean: async () => undefined,
    forget: async (id) => void forgotten.push(id),
    log,
    limitedBy: ({ memoryMb, cores }) => (memoryMb === null && cores === null ? 'none' : 'cgroup'),
    boundLog: async (id) => {
      bounded.add(id);
      if (brokenLogs.has(id)) throw new RangeError('no such size');
    },
    use: async (ids) => new Map([...uses].filter(([id]) => ids.includes(id))),
  };
  return { spawner, processes, forgotten, log, uses, bounded, brokenLogs };
}

/** A servers feature with everything around it faked but the database. */
export async function serversFixture() {
  const { db, [Symbol.asyncDispose]: closeDb } = await testDatabase();
  const folder = await mkdtemp(join(tmpdir(), 'ember-servers-'));
  const clock = fakeClock();
  const ada = await seedUser(db);
  const bob = await seedUser(db, 'bob@example.org');
  const projectId = await seedProject(db, ada);
  const fake = fakeSpawner(folder);
  const projectFolder = join(folder, 'projects', 'demo');
  await mkdir(projectFolder, { recursive: true });
  const targets = new Map<string, Target>();
  const calls: string[] = [];
  const answering = new Set<string>();
  const machine = { hasSparkR: true };
  const activity = {
    report: null as ActivityReport | null,
    spark: null as { name: string | null } | null,
    sessions: [] as Session[],
  };
  const notebooks = {
    /** what servers say one after the other, null: nothing; after the last they hold their answers */
    reports: [] as (RunsReport | null)[],
    /** after which version each was asked */
    askedAfter: [] as number[],
    noted: [] as { server: string; path: string }[],
    configuration: null as Configuration | null,
  };
  const time = { hours: 6, mostHours: 24, mayBeUnlimited: false, idleMinutes: 0 };
  const limits: { memoryMb: number | null; cores: number | null } = { memoryMb: 4096, cores: 2 };
  /** none, unless a test adds some */
  const profiles: Profile[] = [];
  const environment = { ready: true, none: null as { reason: string | null } | null };
  const events: { viewer: Viewer; event: ProjectEvent }[] = [];
  const errors: unknown[] = [];
  const bus = createBus<ProjectChange>((error) => errors.push(error));
  bus.subscribe((change) => {
    for (const userId of [ada, bob]) {
      const viewer = { userId, role: 'editor' as const };
      const event = change.present(viewer);
      if (event !== null) events.push({ viewer, event });
    }
  });
  await seedRevision(db, projectId);

  const configurations = createConfigurations({
    db,
    clock,
    bus,
    projects: { nameOf: async () => 'demo', folderOf: () => projectFolder },
    profiles: testProfiles(profiles),
    spark: {
      place: async () => ({ engine: 'local', master: 'local[*]', executors: false, choices: [] }),
      engineProblem: async () => null,
      platformProperties: async () => ({ defaults: {}, pinned: {} }),
      pathProblem: async () => null,
    },
  }).service;
  const open: ReturnType<typeof createServers>[] = [];
  /** A new instance on the same database, as after a restart of control. */
  const instance = () => {
    const servers = createServers({
      db,
      clock,
      config: {
        host: '127.0.0.1',
        port: 8080,
        publicOrigin: 'http://localhost:8080',
        appsOrigin: 'http://{id}.localhost:8080',
        serverLimits: limits,
        serverLogsKept: 2,
        serverStartLimit: 2,
        serverStartTimeoutMs: 120_000,
        serverTime: time,
        sessionStartTimeoutMs: 90_000,
      },
      bus,
      log: {
        info: () => undefined,
        warn: () => undefined,
        error: (details) => void errors.push(details['err']),
      },
      targets: {
        put: (target) => void targets.set(target.id, target),
        remove: async (id) => void targets.delete(id),
      },
      tickets: {
        issue: async ({ targetId, path }) => `http://${targetId}.localhost:8080/?next=${encodeURIComponent(path)}`,
      },
      spawner: fake.spawner,
      environments: {
        async pythonFor() {
          if (!environment.ready) throw new HttpError('environment_not_ready');
          return { python: '/env/bin/python', revisionId: 'revision1', number: 1 };
        },
        whyNone: async () => environment.none,
      },
      configurations,
      profiles: testProfiles(profiles),
      projects: {
        nameOf: async () => 'demo',
        folderOf: () => projectFolder,
        touch: async (id) => void calls.push(`touch ${id}`),
      },
      notebooks: {
        note: async ({ id }, runs) => void notebooks.noted.push(...runs.map(({ path }) => ({ server: id, path }))),
        async configurationOf() {
          if (notebooks.configuration === null) throw new HttpError('notebook_missing');
          return notebooks.configuration;
        },
      },
      tokens: {
        issueForServer: async ({ serverId }) => `ember_server_${serverId}`,
        revokeForServer: async (id) => void calls.push(`revoke ${id}`),
      },
      hasSparkR: async () => machine.hasSparkR,
      stopSessionsOf: async (id, why) => void calls.push(`stop sessions ${id}${why === undefined ? '' : `: ${why}`}`),
      busySessionOf: async () => activity.spark,
      async busySessions() {
        const { spark } = activity;
        return new Map(spark === null ? [] : (await createServerStore(db).running()).map((id) => [id, spark]));
      },
      sessionsOf: async () => activity.sessions,
      stopSession: async (_, id) => void calls.push(`stop session ${id}`),
      askActivity: async () => activity.report,
      async askRuns(_, after, signal) {
        notebooks.askedAfter.push(after);
        const report = notebooks.reports.shift();
        if (report === undefined && !signal.aborted) await once(signal, 'abort');
        return report ?? null;
      },
      labExtensions: '/emberlab/lab',
      limits: testLimits(db, clock, () => [servers.limited]),
      platformEnv: { PATH: '/usr/bin', EMBERLAB_SECRET: 'no', HOME: '/root', TZ: 'UTC' },
      probe: async ({ socket }) => answering.has(socket),
    });
    open.push(servers);
    return servers;
  };

  /** Lets what is due happen, until `check` holds; `advance` turns the clock by so many ms each time. */
  const until = async (check: () => Promise<boolean> | boolean, advance = 0): Promise<void> => {
    for (const end = Date.now() + 10_000; !(await check());) {
      if (Date.now() > end) throw new Error('it never came to that');
      if (clock.waiting() > 0) clock.advance(advance);
      await new Promise((resolve) => setImmediate(resolve));
    }
  };

  return {
    ...fake,
    db,
    clock,
    ada,
    bob,
    projectId,
    projectFolder,
    serversFolder: folder,
    targets,
    calls,
    machine,
    activity,
    bus,
    notebooks,
    time,
    profiles,
    limits,
    environment,
    events,
    errors,
    configurations,
    instance,
    until,
    whose: { projectId, userId: ada },
    /** Makes another member of the project. */
    async member(name: string) {
      return { projectId, userId: await seedUser(db, `${name}@example.org`) };
    },
    answer: (id: string) => void answering.add(join(folder, `${id}.sock`)),
    async [Symbol.asyncDispose]() {
      await Promise.all(open.map((one) => one.close()));
      await closeDb();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export type ServersFixture = Awaited<ReturnType<typeof serversFixture>>;
type Servers = ReturnType<ServersFixture['instance']>;

/** Lets things happen until the member's server is in a state; each time the clock is turned by `advance` ms. */
export async function reach(
  fixture: ServersFixture,
  servers: Servers,
  state: Server['state'],
  advance = 50,
): Promise<Server> {
  await fixture.until(async () => (await servers.service.get(fixture.whose)).state === state, advance);
  return servers.service.get(fixture.whose);
}

/** Starts the member's server and lets it answer; answers its id. */
export async function startUp(
  fixture: ServersFixture,
  servers: Servers,
  configuration?: Configuration,
): Promise<string> {
  const { id } = await servers.service.start(fixture.whose, configuration);
  await fixture.until(() => fixture.processes.some((one) => one.spec.serverId === id));
  fixture.answer(id ?? '');
  await reach(fixture, servers, 'running');
  return id ?? '';
}
