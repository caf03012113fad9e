import { freemem, totalmem } from 'node:os';
import { join } from 'node:path';
import type { Kysely } from 'kysely';
import type { Logger } from 'pino';
import type { Config } from './config.ts';
import type { Database } from './db/schema.ts';
import type { createFeedServer } from './edge/feed-server.ts';
import { hasSparkR } from './engines/local/spark-r.ts';
import { createConfigurations } from './features/configurations/index.ts';
import { createEngines } from './features/engines/index.ts';
import type { createJobs } from './features/jobs/index.ts';
import type { createServers } from './features/servers/index.ts';
import { createSessions, pathProblem } from './features/sessions/index.ts';
import type { ProjectBus } from './http/project-events.ts';
import type { findIdentities } from './identities/find.ts';
import type { Clock } from './lib/clock.ts';
import type { createLocalSpark } from './local-spark.ts';
import type { Adapters } from './platform-adapters.ts';
import type { PlatformParts } from './platform-parts.ts';
import { createSparkEngines } from './spark-engines.ts';

type LocalSpark = Awaited<ReturnType<typeof createLocalSpark>>;

/** The parts of the platform that run Spark, and what is said of it in configurations. `servers`, `jobs`: asked once all parts are built. */
export function createPlatformSpark(given: {
  config: Config;
  db: Kysely<Database>;
  clock: Clock;
  bus: ProjectBus;
  log: Logger;
  feed: ReturnType<typeof createFeedServer>;
  identities: Awaited<ReturnType<typeof findIdentities>>['identities'];
  spark: LocalSpark['spark'];
  classArchive: LocalSpark['classArchive'];
  users: PlatformParts['users'];
  projects: PlatformParts['projects'];
  profiles: PlatformParts['profiles'];
  limits: PlatformParts['limits'];
  environments: PlatformParts['environments'];
  servers: () => Pick<ReturnType<typeof createServers>, 'workChanged' | 'service'>;
  jobs: () => Pick<ReturnType<typeof createJobs>, 'wake' | 'notebookEnded'>;
  adapters: Adapters;
}) {
  const { config, db, clock, bus, log, feed, identities, spark, classArchive } = given;
  const { users, projects, limits, environments } = given;
  const findSparkR = () =>
    hasSparkR({
      libraries: [join(config.sparkHome, 'R/lib'), ...(config.sparkrLibrary === null ? [] : [config.sparkrLibrary])],
      environment: process.env,
    });
  const { local, all, close } = createSparkEngines(config, {
    spark,
    identities,
    warmStart: classArchive.forDriver,
    inPlace: given.adapters.engine ?? ((engine) => engine),
  });
  const engines = createEngines({ db, clock, engines: all });
  const sessions = createSessions({
    db,
    clock,
    config,
    bus,
    log,
    targets: feed.targets,
    tickets: feed.tickets,
    engine: local.engine,
    engines: { choose: engines.service.choose, find: (name) => all.find((one) => one.name === name), all },
    identities,
    pythonFor: environments.pythonFor,
    revisionAt: environments.revisionAt,
    projectFolder: projects.service.folderOf,
    authenticateGateway: users.credentials.authenticateGateway,
    findMembership: projects.service.findMembership,
    touchProject: projects.service.touch,
    admission: limits.admission,
    shape: { executors: local.facts.place.executors, coresOf: local.facts.coresOf },
    mustHaveDisk: limits.mustHaveDisk,
    limits: {
      startingDrivers: config.sessionStartLimit,
      keptMs: config.sessionKeptMs,
      historyServers: config.sessionHistory.limit,
      historyIdleMs: config.sessionHistory.idleMs,
    },
    workChanged: (serverId) => given.servers().workChanged(serverId),
    programChanged: () => given.jobs().wake(),
    notebookEnded: (id) =>
      void given
        .jobs()
        .notebookEnded(id)
        .catch((error: unknown) => log.error({ run: id, err: error }, 'the end of a session was not told')),
    ahead: config.sessionsAhead.enabled
      ? {
          ...config.sessionsAhead,
          // Where none is started ahead unless another engine is named, all others need not be looked at.
          servers: () => given.servers().service.sparkServers({ naming: all[0]?.startsAhead === false }),
          hasSparkR: findSparkR,
          memory: () => ({ totalBytes: totalmem(), availableBytes: freemem() }),
        }
      : null,
  });
  const configurations = createConfigurations({
    db,
    clock,
    bus,
    projects: projects.service,
    filesElsewhere: config.files !== null,
    profiles: given.profiles.service,
    spark: {
      place: async (projectId) =>
        (await sessions.hasLivy(projectId))
          ? { engine: 'livy', master: null, executors: true, choices: [] }
          : engines.service.place(projectId),
      engineProblem: async (projectId, wanted) =>
        (await sessions.hasLivy(projectId)) ? null : engines.service.problem(projectId, wanted),
      platformProperties: async (projectId, wanted, request) =>
        (await sessions.hasLivy(projectId))
          ? { defaults: {}, pinned: {} }
          : engines.service.platformProperties(projectId, wanted, request),
      pathProblem,
    },
  });
  return { engines, sessions, configurations, findSparkR, close };
}
