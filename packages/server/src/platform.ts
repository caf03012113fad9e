import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Config } from './config.ts';
import { openDatabase } from './db/open.ts';
import { upgradeDatabase } from './db/upgrade.ts';
import { createFeedServer } from './edge/feed-server.ts';
import { createEdgeStore } from './edge/store.ts';
import { createAlerts } from './features/alerts/index.ts';
import { createAnnouncements } from './features/announcements/index.ts';
import { createAdmin, createMachineMeter } from './features/admin/index.ts';
import { createAudit } from './features/audit/index.ts';
import { createEnvironments } from './features/environments/index.ts';
import { createExamples } from './features/examples/index.ts';
import { createFiles, projectFoldersIn } from './features/files/index.ts';
import { createJobs } from './features/jobs/index.ts';
import { createLimits } from './features/limits/index.ts';
import { createPlatformMetrics } from './features/metrics/index.ts';
import { createNotebooks } from './features/notebooks/index.ts';
import { createProfiles } from './features/profiles/index.ts';
import { createProjects } from './features/projects/index.ts';
import { createServers } from './features/servers/index.ts';
import { createUsers } from './features/users/index.ts';
import { homesOf } from './identities/identities.ts';
import { findIdentities } from './identities/find.ts';
import { noticesOf } from './identities/notices.ts';
import type { ProjectChange } from './http/project-events.ts';
import { createBus } from './lib/bus.ts';
import { systemClock } from './lib/clock.ts';
import { digest } from './lib/ids.ts';
import { useOfTrees } from './lib/process-use.ts';
import { listenOnSocket } from './lib/unix-socket.ts';
import { examineRunning } from './maintenance/doctor.ts';
import { hearLeader, snapshotsOf, stateFrom, tellReplicas } from './platform-events.ts';
import { createPlatformApp } from './platform-http.ts';
import type { Adapters } from './platform-adapters.ts';
import { startPlatform } from './platform-start.ts';
import { createLocalSpark, sharedWithMembers } from './local-spark.ts';
import { openProjectStorage } from './project-storage.ts';
import { createPlatformSpark } from './platform-spark.ts';
import { createServerSpawner } from './server-spawner.ts';
import { findCgroups } from './spawners/local/cgroups.ts';
import { createLocalSpawner } from './spawners/local/spawner.ts';
import { version } from './version.ts';

const repository = join(import.meta.dirname, '../../..');
/** how long a start waits for a database that can't be reached */
const databasePatienceMs = 30_000;
/** how long one of several that ends answers what is under way */
const lastAnswersMs = 3000;

export type Platform = {
  /** Adopts what runs already, then listens. */
  start(): Promise<void>;
  /** Listens on this socket for the reads that any replica may answer (see `platform-reads.ts`), and begins nothing else. */
  read(socketPath: string): Promise<void>;
  /** A fresh secret for the set-up link; null once there is a user. */
  setUpToken(): Promise<string | null>;
  /** Lets go of everything. Servers, drivers and builds go on. */
  close(): Promise<void>;
};

/**
 * The composition root: builds every part and hands each what it needs. The only file that names concrete adapters. `reader`: another one leads, and this one
 * answers reads beside it.
 */
export async function createPlatform(
  config: Config,
  log: Logger,
  { reader = false, adapters = {} }: { reader?: boolean; adapters?: Adapters } = {},
): Promise<Platform> {
  const clock = systemClock;
  const closing = new AsyncDisposableStack();
  const { copy } = reader ? { copy: null } : await upgradeDatabase(config, clock, databasePatienceMs);
  const db = await openDatabase(config, {
    onAway: (reason) =>
      reason === null ? log.info('the database is there again') : log.error({ reason }, 'the database is away'),
  });
  closing.defer(() => db.destroy());
  if (copy !== null) log.info({ copy }, 'the database was copied, then upgraded');

  const audit = createAudit({ db, clock, log, keptMs: config.auditKeptMs });
  closing.defer(() => audit.service.close());
  const metrics = createPlatformMetrics({
    db,
    clock,
    version,
    token: config.metricsToken,
    publicOrigin: config.publicOrigin,
  });
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
    onReport: metrics.observeEdge,
    onRefused: audit.service.recordRefused,
    stateOf: ({ projectId, viewer }) => stateFrom(snapshotsOf(parts), projectId, viewer),
  });
  closing.defer(() => feed.close());
  const leader = reader ? hearLeader({ config, clock, log, bus }) : null;
  if (leader !== null) closing.defer(() => leader.close());

  const remoteFiles = await openProjectStorage(config);
  closing.defer(() => remoteFiles?.storage.close());
  const projectFolders = remoteFiles === null ? null : projectFoldersIn(remoteFiles.storage);
  const announcements = createAnnouncements({ db, clock, log, bus });
  const { spark, classArchive } = await createLocalSpark(config, log);
  const { identities, keeper } = await findIdentities({ config, db, clock, log, ...sharedWithMembers(config, spark) });
  if (keeper !== null) closing.defer(() => keeper.close());
  const users = createUsers({
    db,
    clock,
    secure: config.publicOrigin.startsWith('https:'),
    serversAskForFiles: remoteFiles !== null,
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
    onRightsChanged: () => projects.look(),
  });
  const projects = createProjects({
    db,
    clock,
    log,
    bus,
    projectsFolder: config.paths.projects,
    files: projectFolders,
    publicOrigin: config.publicOrigin,
    onCreated: (projectId) => environments.create(projectId),
    parts: () => [servers.part, sessions.part, jobs.part],
    removeEnvironment: (projectId) => environments.removeAll(projectId),
    onRightsChanged: () => feed.review(),
  });
  const profiles = createProfiles({ profiles: config.profiles, nameOf: projects.service.nameOf });
  const limits = createLimits({
    db,
    clock,
    log,
    parts: () => [servers.limited, sessions.limited, jobs.limited],
    folderOf: projects.service.folderOf,
    homesOf: (projectId) => homesOf(config.dataDir, projectId),
    ...(remoteFiles === null
      ? {}
      : { storedBytes: async (name: string) => (await remoteFiles.storage.usage(name)).bytes }),
  });
  const environments = createEnvironments({
    db,
    clock,
    config,
    bus,
    log,
    identities,
    platformEnv: process.env,
    onChanged: () => servers.wake(),
  });
  const {
    engines,
    sessions,
    configurations,
    findSparkR,
    close: closeEngines,
  } = createPlatformSpark({
    config,
    db,
    clock,
    bus,
    log,
    feed,
    identities,
    spark,
    classArchive,
    users,
    projects,
    profiles,
    limits,
    environments,
    servers: () => servers,
    jobs: () => jobs,
    adapters,
  });
  closing.defer(() => closeEngines());
  const cgroups = findCgroups({ name: `emberlab-${digest(config.dataDir).slice(0, 12)}` });
  if (!reader) cgroups?.sweep();
  log.info({ cgroups: cgroups !== null }, 'limits of Jupyter servers');
  const notebooks = createNotebooks({
    db,
    clock,
    config,
    bus,
    projects: projects.service,
    isFile: (name, path) => files.isFile(name, path),
  });
  const spawner = await createServerSpawner({ config, clock, cgroups, identities });
  const servers = createServers({
    db,
    clock,
    config,
    bus,
    log,
    targets: feed.targets,
    tickets: feed.tickets,
    spawner: adapters.spawner?.(spawner) ?? spawner,
    environments,
    configurations: configurations.service,
    profiles: profiles.service,
    projects: projects.service,
    notebooks: notebooks.service,
    labExtensions: join(repository, 'jupyter/lab/dist'),
    remoteFiles: remoteFiles !== null,
    platformEnv: process.env,
    tokens: users.service,
    hasSparkR: findSparkR,
    stopSessionsOf: sessions.stopForServer,
    sessionsOf: sessions.liveOf,
    stopSession: sessions.stopOf,
    busySessionOf: sessions.busyOf,
    busySessions: sessions.busyByServer,
    limits,
  });

  const alerts = createAlerts({
    db,
    clock,
    config,
    bus,
    log,
    version,
  });
  const jobs = createJobs({
    db,
    clock,
    bus,
    log,
    tickets: feed.tickets,
    config,
    // Beside those of the servers: what is in the one's folder is none of the other's.
    spawner: createLocalSpawner({
      clock,
      config: { ...config, paths: { ...config.paths, servers: config.paths.runs } },
      cgroups,
      identities,
    }),
    programs: sessions.programs,
    notebooks: sessions.notebooks,
    tokens: users.service,
    hasLivy: sessions.hasLivy,
    hasSparkR: findSparkR,
    environments,
    configurations: configurations.service,
    projects: projects.service,
    filesElsewhere: remoteFiles !== null,
    admission: limits.admission,
    platformEnv: process.env,
    afterEnd: [alerts.runEnded],
    jobGoes: alerts.jobGoes,
  });

  const admin = createAdmin({
    db,
    clock,
    log,
    bus,
    parts: [servers.running, sessions.running, jobs.running, environments.running],
    useOf: useOfTrees,
    newMeter: () => createMachineMeter(config.dataDir),
    edges: metrics.edges,
    examine: () => examineRunning(config, clock),
    notices: noticesOf(identities.isolation),
    failedBuilds: environments.failedIn,
    settings: { file: config.settingsFile, items: config.settings },
    version,
  });

  const files = createFiles({
    db,
    clock,
    log,
    folderOf: projects.service.folderOf,
    remote: remoteFiles,
    identities,
    limits,
    logsInUse: jobs.logsInUse,
  });

  const exampleData = join(config.paths.tools, 'data');
  const examples = createExamples({ folder: join(repository, 'examples'), data: exampleData, gifts: files.gifts });

  const ensureDemo = () =>
    projects.ensureDemo({
      firstAdmin: users.service.firstAdmin,
      examples: join(repository, 'examples/notebooks'),
      data: exampleData,
    });

  const parts = {
    admin,
    alerts,
    announcements,
    audit,
    configurations,
    engines,
    environments,
    examples,
    files,
    jobs,
    limits,
    metrics,
    notebooks,
    profiles,
    projects,
    servers,
    sessions,
    users,
  };
  const { app, changes } = await createPlatformApp({
    config,
    log,
    clock,
    db,
    repository,
    leader,
    parts,
    ensureDemo,
    notices: noticesOf(identities.isolation),
  });
  closing.defer(async () => {
    // The next one answers those that come; these would have no answer.
    if (config.replicas) await changes.settled(lastAnswersMs);
    await app.close();
  });

  return {
    async start() {
      await startPlatform({ config, log, parts, app, feed, keeper, classArchive, ensureDemo, closing });
      const told = await tellReplicas({ config, clock, log, bus });
      closing.defer(() => told.close());
      if (!config.replicas) return;
      closing.defer(async () => {
        changes.sendAway();
        await rm(config.paths.controlSocket, { force: true });
      });
    },
    async read(socketPath) {
      await leader?.begin();
      await listenOnSocket((path) => app.listen({ path }), socketPath);
    },
    setUpToken: async () => ((await users.service.setUpNeeded()) ? users.service.newSetUpLink() : null),
    close: () => closing.disposeAsync(),
  };
}
