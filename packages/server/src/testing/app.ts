import { join } from 'node:path';
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type InjectOptions,
  type LightMyRequestResponse,
} from 'fastify';
import type { Kysely } from 'kysely';
import type { Database } from '../db/schema.ts';
import { createAnnouncements } from '../features/announcements/index.ts';
import { createAudit } from '../features/audit/index.ts';
import { createLimits, type LimitedPart, type Limits, type LimitsDeps } from '../features/limits/index.ts';
import { createPlatformMetrics } from '../features/metrics/index.ts';
import { createProjects, type ProjectPart } from '../features/projects/index.ts';
import { createUsers, type UsersDeps } from '../features/users/index.ts';
import { ping } from '../db/ping.ts';
import { createApp } from '../http/app.ts';
import { registerProbes } from '../http/probes.ts';
import type { ProjectBus, ProjectChange } from '../http/project-events.ts';
import { createRouter, type Router } from '../http/router.ts';
import { createBus } from '../lib/bus.ts';
import type { Clock } from '../lib/clock.ts';
import { testDatabase } from './database.ts';

export const testOrigin = 'http://localhost:8080';

export type TestApp = {
  app: FastifyInstance;
  router: Router;
  db: Kysely<Database>;
  users: ReturnType<typeof createUsers>;
  projects: ReturnType<typeof createProjects>;
  bus: ProjectBus;
  limits: Limits;
  announcements: ReturnType<typeof createAnnouncements>;
  audit: ReturnType<typeof createAudit>;
  metrics: ReturnType<typeof createPlatformMetrics>;
  /** what has ended with a login, in order */
  endedLogins: string[];
  /** Sends a request with somebody's bearer token. */
  as(token: string, request: InjectOptions): Promise<LightMyRequestResponse>;
} & AsyncDisposable;

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** The real app with users and projects on a database in memory, as the tests of other features need it too. */
export async function testApp(options: {
  clock: Clock;
  projectsFolder: string;
  parts?: readonly ProjectPart[];
  limited?: readonly LimitedPart[];
  measure?: LimitsDeps['measure'];
  removeEnvironment?: (projectId: string) => Promise<void>;
  openId?: Omit<NonNullable<UsersDeps['openId']>, 'applyRoles'>;
  /** the dashboard's; http://localhost:8080 unless given */
  publicOrigin?: string;
  metricsToken?: string;
  serversAskForFiles?: boolean;
  log?: FastifyBaseLogger;
  /** the built dashboard; absent: none */
  dashboard?: string;
  /** the built documentation; absent: none */
  documentation?: string;
}): Promise<TestApp> {
  const { publicOrigin = testOrigin } = options;
  const database = await testDatabase();
  const { db } = database;
  const endedLogins: string[] = [];
  const { log = Fastify().log } = options;
  const audit = createAudit({ db, clock: options.clock, log, keptMs: 365 * 86_400_000 });
  const app = await createApp({
    log,
    publicOrigin,
    ownOrigins: ['http://127.0.0.1:8080'],
    dashboard: options.dashboard ?? '/nowhere',
    ...(options.documentation === undefined ? {} : { documentation: options.documentation }),
    version: '0.0.0',
    audit: audit.service.record,
  });
  const bus = createBus<ProjectChange>((error) => {
    throw error;
  });
  const users = createUsers({
    db,
    clock: options.clock,
    secure: publicOrigin.startsWith('https:'),
    serversAskForFiles: options.serversAskForFiles === true,
    openId:
      options.openId === undefined
        ? null
        : { ...options.openId, applyRoles: (userId, wanted) => projects.applyGroupRoles(userId, wanted) },
    log: quiet,
    loginLimits: { idleMs: 7 * 24 * 3_600_000, mostMs: 14 * 24 * 3_600_000 },
    onLoginEnded: async (login) => void endedLogins.push(login),
    onRightsChanged: () => projects.look(),
  });
  const projects = createProjects({
    db,
    clock: options.clock,
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    bus,
    projectsFolder: options.projectsFolder,
    publicOrigin: testOrigin,
    onCreated: async () => undefined,
    parts: () => options.parts ?? [],
    removeEnvironment: options.removeEnvironment ?? (async () => undefined),
    onRightsChanged: async () => undefined,
  });
  const metrics = createPlatformMetrics({
    db,
    clock: options.clock,
    version: '0.0.0',
    token: options.metricsToken ?? null,
    publicOrigin,
  });
  registerProbes(app, () => ping(db));
  metrics.registerRoutes(app);
  const router = createRouter(
    app,
    { authenticate: users.credentials.authenticate, findMembership: projects.service.findMembership },
    options.clock,
  );
  const limits = createLimits({
    db,
    clock: options.clock,
    log: quiet,
    parts: () => options.limited ?? [],
    folderOf: projects.service.folderOf,
    homesOf: (projectId) => join(options.projectsFolder, '..', 'homes', projectId),
    ...(options.measure === undefined ? {} : { measure: options.measure }),
  });
  limits.registerRoutes(router);
  const announcements = createAnnouncements({ db, clock: options.clock, log: quiet, bus });
  announcements.registerRoutes(router);
  audit.registerRoutes(router);
  users.registerRoutes(router, async () => undefined);
  projects.registerRoutes(router, {
    snapshots: [announcements.snapshot],
    countRunning: async () => new Map(),
  });
  return {
    app,
    router,
    db,
    users,
    projects,
    bus,
    announcements,
    limits,
    audit,
    metrics,
    endedLogins,
    as: (token, request) =>
      app.inject({ ...request, headers: { ...request.headers, authorization: `Bearer ${token}` } }),
    async [Symbol.asyncDispose]() {
      await projects.close();
      await app.close();
      await audit.service.close();
      await database[Symbol.asyncDispose]();
    },
  };
}
