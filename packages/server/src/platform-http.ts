import { join } from 'node:path';
import type { Kysely } from 'kysely';
import type { Logger } from 'pino';
import type { Config } from './config.ts';
import { ping } from './db/ping.ts';
import type { Database } from './db/schema.ts';
import type { noticesOf } from './identities/notices.ts';
import { createApp } from './http/app.ts';
import { watchChanges } from './http/changes-under-way.ts';
import { registerProbes } from './http/probes.ts';
import { createRouter } from './http/router.ts';
import type { Clock } from './lib/clock.ts';
import { snapshotsOf, type LeaderEvents } from './platform-events.ts';
import type { PlatformParts } from './platform-parts.ts';
import { answerReadsAlone } from './platform-reads.ts';
import { sparkVersionOf } from './spark-version.ts';
import { version } from './version.ts';

/** The app that answers requests, with the routes of all parts, and what changes it has under way. The caller lets it listen, and closes it. Throws where a route of the contract has no handler. */
export async function createPlatformApp({
  parts,
  ...given
}: {
  config: Config;
  log: Logger;
  clock: Clock;
  db: Kysely<Database>;
  /** where the built dashboard and documentation are */
  repository: string;
  /** the one that leads, where this one answers nothing but what any replica may; null: it leads itself */
  leader: LeaderEvents | null;
  parts: PlatformParts;
  /** Makes the first project, once there is somebody for whom. */
  ensureDemo: () => Promise<void>;
  /** what everybody is to know of this platform */
  notices: ReturnType<typeof noticesOf>;
}) {
  const { config, log, clock, db, repository, ensureDemo, notices } = given;
  const {
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
  } = parts;
  const app = await createApp({
    log,
    publicOrigin: config.publicOrigin,
    ownOrigins: ['localhost', '127.0.0.1', '[::1]'].map(
      (host) => `${config.tls === null ? 'http' : 'https'}://${host}:${config.port}`,
    ),
    dashboard: join(repository, 'packages/web/dist'),
    documentation: join(repository, 'packages/docs/dist'),
    version,
    async audit(event) {
      metrics.observeAudit(event.outcome);
      await audit.service.record(event);
    },
  });
  const changes = watchChanges(app);
  if (given.leader !== null) answerReadsAlone(app);
  registerProbes(app, () => ping(db));
  metrics.registerRoutes(app);
  const router = createRouter(
    app,
    { authenticate: users.credentials.authenticate, findMembership: projects.service.findMembership },
    clock,
  );
  audit.registerRoutes(router);
  announcements.registerRoutes(router);
  limits.registerRoutes(router);
  engines.registerRoutes(router);
  profiles.registerRoutes(router);
  users.registerRoutes(router, ensureDemo);
  projects.registerRoutes(router, {
    ...(given.leader === null
      ? { snapshots: snapshotsOf(parts) }
      : { snapshots: [given.leader.snapshot], onGap: given.leader.onGap }),
    async countRunning(projectIds) {
      const [live, drivers] = await Promise.all([servers.countLive(projectIds), sessions.countLive(projectIds)]);
      return new Map(projectIds.map((id) => [id, { servers: live.get(id) ?? 0, sessions: drivers.get(id) ?? 0 }]));
    },
  });
  files.registerRoutes(router);
  examples.registerRoutes(router);
  configurations.registerRoutes(router);
  environments.registerRoutes(router);
  servers.registerRoutes(router);
  notebooks.registerRoutes(router);
  servers.registerAppRoutes(app);
  sessions.registerRoutes(router);
  sessions.registerLivy(app);
  jobs.registerRoutes(router);
  alerts.registerRoutes(router);
  admin.registerRoutes(router);
  router.handle('system.get', async () => ({
    version,
    sparkVersion: sparkVersionOf(config.sparkHome),
    notices,
  }));
  const missing = router.missing();
  if (missing.length > 0) throw new Error(`routes without a handler: ${missing.join(', ')}`);
  return { app, changes };
}
