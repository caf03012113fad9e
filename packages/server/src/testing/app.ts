import Fastify, { type FastifyInstance, type InjectOptions, type LightMyRequestResponse } from 'fastify';
import type { Kysely } from 'kysely';
import type { Database } from '../db/schema.ts';
import { createProjects } from '../features/projects/index.ts';
import { createUsers, type UsersDeps } from '../features/users/index.ts';
import { createApp } from '../http/app.ts';
import type { ProjectChange } from '../http/project-events.ts';
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
  /** what has ended with a login, in order */
  endedLogins: string[];
  /** Sends a request with somebody's bearer token. */
  as(token: string, request: InjectOptions): Promise<LightMyRequestResponse>;
} & AsyncDisposable;

/** The real app with users and projects on a database in memory, as the tests of other features need it too. */
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

export async function testApp(options: {
  clock: Clock;
  projectsFolder: string;
  openId?: Omit<NonNullable<UsersDeps['openId']>, 'applyRoles'>;
}): Promise<TestApp> {
  const database = await testDatabase();
  const { db } = database;
  const endedLogins: string[] = [];
  const app = await createApp({
    log: Fastify().log,
    publicOrigin: testOrigin,
    ownOrigins: ['http://127.0.0.1:8080'],
    dashboard: '/nowhere',
    version: '0.0.0',
  });
  const users = createUsers({
    db,
    clock: options.clock,
    secure: false,
    openId:
      options.openId === undefined
        ? null
        : { ...options.openId, applyRoles: (userId, wanted) => projects.applyGroupRoles(userId, wanted) },
    log: quiet,
    loginLimits: { idleMs: 7 * 24 * 3_600_000, mostMs: 14 * 24 * 3_600_000 },
    onLoginEnded: async (login) => void endedLogins.push(login),
  });
  const projects = createProjects({
    db,
    clock: options.clock,
    projectsFolder: options.projectsFolder,
    onCreated: async () => undefined,
  });
  const router = createRouter(
    app,
    { authenticate: users.credentials.authenticate, findMembership: projects.service.findMembership },
    options.clock,
  );
  users.registerRoutes(router, async () => undefined);
  projects.registerRoutes(router, {
    bus: createBus<ProjectChange>((error) => {
      throw error;
    }),
    snapshots: [],
    countRunning: async () => new Map(),
  });
  return {
    app,
    router,
    db,
    users,
    projects,
    endedLogins,
    as: (token, request) =>
      app.inject({ ...request, headers: { ...request.headers, authorization: `Bearer ${token}` } }),
    async [Symbol.asyncDispose]() {
      await app.close();
      await database[Symbol.asyncDispose]();
    },
  };
}
