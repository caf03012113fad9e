import { readdirSync } from 'node:fs';
import { freemem, totalmem } from 'node:os';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Config } from './config.ts';
import { migrate } from './db/migrate.ts';
import { openSqlite } from './db/sqlite/open.ts';
import { createFeedServer } from './edge/feed-server.ts';
import { createEdgeStore } from './edge/store.ts';
import { createLocalEngine } from './engines/local/engine.ts';
import { localFacts } from './engines/local/properties.ts';
import { hasSparkR } from './engines/local/spark-r.ts';
import { createConfigurations } from './features/configurations/index.ts';
import { createEnvironments } from './features/environments/index.ts';
import { createFiles } from './features/files/index.ts';
import { createNotebooks } from './features/notebooks/index.ts';
import { createProjects } from './features/projects/index.ts';
import { createServers } from './features/servers/index.ts';
import { createSessions, pathProblem } from './features/sessions/index.ts';
import { createUsers } from './features/users/index.ts';
import { createApp } from './http/app.ts';
import type { ProjectChange } from './http/project-events.ts';
import { createRouter } from './http/router.ts';
import { createBus } from './lib/bus.ts';
import { systemClock } from './lib/clock.ts';
import { digest } from './lib/ids.ts';
import { createLoop } from './lib/lifecycle.ts';
import { listenOnSocket } from './lib/unix-socket.ts';
import { createLocalSpark } from './local-spark.ts';
import { findCgroups } from './spawners/local/cgroups.ts';
import { createLocalSpawner } from './spawners/local/spawner.ts';
import { version } from './version.ts';

const repository = join(import.meta.dirname, '../../..');
/** how often a platform without administrator looks whether there is one, made at the command line */
const demoCheckMs = 2000;
const housekeepingMs = 60 * 60 * 1000;

export type Platform = {
  /** Adopts what runs already, then listens. */
  start(): Promise<void>;
  /** A fresh secret for the set-up link; null once there is a user. */
  setUpToken(): Promise<string | null>;
  /** Lets go of everything. Servers, drivers and builds go on. */
  close(): Promise<void>;
};

/** The composition root: builds every part and hands each what it needs. The only file that names concrete adapters. */
export async function createPlatform(config: Config, log: Logger): Promise<Platform> {
  const clock = systemClock;
  const closing = new AsyncDisposableStack();
  const db = openSqlite(config.paths.database);
  closing.defer(() => db.destroy());
  await migrate(db);

  const bus = createBus<ProjectChange>((error) => log.error({ err: error }, 'a listener failed'));
  const feed = createFeedServer({
    socketPath: config.paths.edgeSocket,
    store: createEdgeStore(db),
    appsOrigin: config.appsOrigin,
    clock,
    log,
    onSeen: async (targetIds) => {
      await projects.service.touchTargets(targetIds);
      await users.service.touchByTargets(targetIds);
    },
  });
  closing.defer(() => feed.close());

  const users = createUsers({
    db,
    clock,
    secure: config.publicOrigin.startsWith('https:'),
    loginLimits: config.loginLimits,
    openId:
      config.openId === null
        ? null
        : {
            settings: config.openId,
            publicOrigin: config.publicOrigin,
            secretsKey: config.paths.secretsKey,
            applyRoles: (userId, wanted) => projects.applyGroupRoles(userId, wanted),
          },
    log,
    onLoginEnded: feed.revokeLogin,
  });
  const projects = createProjects({
    db,
    clock,
    projectsFolder: config.paths.projects,
    onCreated: (projectId) => environments.create(projectId),
  });
  const environments = createEnvironments({
    db,
    clock,
    config,
    bus,
    log,
    platformEnv: process.env,
    onChanged: () => servers.wake(),
  });
  const { spark, classArchive } = await createLocalSpark(config, log);
  const findSparkR = () =>
    hasSparkR({
      libraries: [join(config.sparkHome, 'R/lib'), ...(config.sparkrLibrary === null ? [] : [config.sparkrLibrary])],
      environment: process.env,
    });
  const sessions = createSessions({
    db,
    clock,
    config,
    bus,
    log,
    targets: feed.targets,
    tickets: feed.tickets,
    engine: createLocalEngine({
      ...spark,
      sparkMaster: config.sparkMaster,
      sessionsFolder: config.paths.sessions,
      batchesFolder: config.paths.batches,
      outputLimitBytes: config.statementOutputLimitBytes,
      eventLogBytes: config.sessionEventLogBytes,
      sparkrLibrary: config.sparkrLibrary,
      warmStart: classArchive.forDriver,
    }),
    pythonFor: environments.pythonFor,
    projectFolder: projects.service.folderOf,
    authenticateGateway: users.credentials.authenticateGateway,
    findMembership: projects.service.findMembership,
    touchProject: projects.service.touch,
    limits: {
      startingDrivers: config.sessionStartLimit,
      keptMs: config.sessionKeptMs,
      historyServers: config.sessionHistory.limit,
      historyIdleMs: config.sessionHistory.idleMs,
    },
    ahead: config.sessionsAhead.enabled
      ? {
          ...config.sessionsAhead,
          servers: () => servers.service.sparkServers(),
          hasSparkR: findSparkR,
          memory: () => ({ totalBytes: totalmem(), availableBytes: freemem() }),
        }
      : null,
  });
  const cgroups = findCgroups({ name: `emberlab-${digest(config.dataDir).slice(0, 12)}` });
  cgroups?.sweep();
  log.info({ cgroups: cgroups !== null }, 'limits of Jupyter servers');
  const notebooks = createNotebooks({ db, clock, config, bus, projects: projects.service });
  const facts = localFacts({ sparkMaster: config.sparkMaster, eventLogBytes: config.sessionEventLogBytes });
  const configurations = createConfigurations({
    db,
    clock,
    bus,
    projects: projects.service,
    spark: {
      place: async (projectId) =>
        (await sessions.hasLivy(projectId)) ? { engine: 'livy', master: null, executors: true } : facts.place,
      platformProperties: async (projectId, request) =>
        (await sessions.hasLivy(projectId)) ? { defaults: {}, pinned: {} } : facts.platformProperties(request),
      pathProblem,
    },
  });
  const servers = createServers({
    db,
    clock,
    config,
    bus,
    log,
    targets: feed.targets,
    tickets: feed.tickets,
    spawner: createLocalSpawner({ clock, config, cgroups }),
    environments,
    configurations: configurations.service,
    projects: projects.service,
    notebooks: notebooks.service,
    labExtensions: join(repository, 'jupyter/lab/dist'),
    platformEnv: process.env,
    tokens: users.service,
    hasSparkR: findSparkR,
    stopSessionsOf: sessions.stopForServer,
    busySessionOf: sessions.busyOf,
  });

  const ensureDemo = () =>
    projects.ensureDemo({
      firstAdmin: users.service.firstAdmin,
      examples: join(repository, 'examples/notebooks'),
      data: join(config.paths.tools, 'data'),
    });

  const app = await createApp({
    log,
    publicOrigin: config.publicOrigin,
    ownOrigins: ['localhost', '127.0.0.1', '[::1]'].map((host) => `http://${host}:${config.port}`),
    dashboard: join(repository, 'packages/web/dist'),
    version,
  });
  closing.defer(() => app.close());
  const router = createRouter(
    app,
    { authenticate: users.credentials.authenticate, findMembership: projects.service.findMembership },
    clock,
  );
  users.registerRoutes(router, ensureDemo);
  projects.registerRoutes(router, {
    bus,
    snapshots: [
      environments.snapshot,
      configurations.snapshot,
      servers.snapshot,
      sessions.snapshot,
      notebooks.snapshot,
    ],
    async countRunning(projectIds) {
      const [live, drivers] = await Promise.all([servers.countLive(projectIds), sessions.countLive(projectIds)]);
      return new Map(projectIds.map((id) => [id, { servers: live.get(id) ?? 0, sessions: drivers.get(id) ?? 0 }]));
    },
  });
  createFiles({ folderOf: projects.service.folderOf }).registerRoutes(router);
  configurations.registerRoutes(router);
  environments.registerRoutes(router);
  servers.registerRoutes(router);
  notebooks.registerRoutes(router);
  servers.registerAppRoutes(app);
  sessions.registerRoutes(router);
  sessions.registerLivy(app);
  router.handle('system.get', async () => ({
    version,
    sparkVersion: sparkVersionOf(config.sparkHome),
    notices: notices(),
  }));
  const missing = router.missing();
  if (missing.length > 0) throw new Error(`routes without a handler: ${missing.join(', ')}`);

  return {
    async start() {
      if (config.classArchive) await classArchive.find();
      await environments.start();
      closing.defer(() => environments.close());
      await servers.start();
      closing.defer(() => servers.close());
      await sessions.start();
      closing.defer(() => sessions.close());
      // After everything that runs has been found again: an edge takes the first table for the whole truth.
      await feed.listen();
      for (const [step, intervalMs] of [
        [ensureDemo, demoCheckMs],
        [users.service.forgetExpired, housekeepingMs],
      ] as const) {
        const loop = createLoop({
          step,
          intervalMs,
          onError: (error) => log.error({ err: error }, 'housekeeping failed'),
        });
        closing.defer(() => loop.close());
      }
      await listenOnSocket((path) => app.listen({ path }), config.paths.controlSocket);
      if (!config.classArchive) return;
      // After all that people wait for: it takes a while.
      const closed = new AbortController();
      const prepared = classArchive.prepare(closed.signal);
      closing.defer(() => {
        closed.abort();
        return prepared;
      });
    },
    setUpToken: async () => ((await users.service.setUpNeeded()) ? users.service.newSetUpLink() : null),
    close: () => closing.disposeAsync(),
  };
}

/** The version of a Spark distribution, by the name of its core jar; null: none there (yet). */
function sparkVersionOf(sparkHome: string): string | null {
  try {
    const names = readdirSync(join(sparkHome, 'jars'));
    return (
      names.map((name) => /^spark-core_[\d.]+-(.+)\.jar$/.exec(name)?.[1]).find((found) => found !== undefined) ?? null
    );
  } catch {
    return null;
  }
}

/** What everyone should know about this installation. */
function notices(): { level: 'info' | 'warning'; message: string }[] {
  return [
    {
      level: 'warning',
      message:
        'All notebooks run as the same user of this machine, so members of one project can read the files of others. Invite only people who may.',
    },
  ];
}
