import type { Logger } from 'pino';
import type { Config } from './config.ts';
import type { createFeedServer } from './edge/feed-server.ts';
import type { createPlatformApp } from './platform-http.ts';
import type { createLocalSpark } from './local-spark.ts';
import type { findIdentities } from './identities/find.ts';
import { createLoop } from './lib/lifecycle.ts';
import { listenOnSocket } from './lib/unix-socket.ts';
import type { PlatformParts } from './platform-parts.ts';

/** how often a platform without administrator looks whether there is one, made at the command line */
const demoCheckMs = 2000;
const housekeepingMs = 60 * 60 * 1000;

/** Adopts what runs already, begins with what is done over and over, and listens. What ends it goes into `closing`, as far as it has come. */
export async function startPlatform({
  parts,
  ...given
}: {
  config: Config;
  log: Logger;
  parts: PlatformParts;
  app: Awaited<ReturnType<typeof createPlatformApp>>['app'];
  feed: ReturnType<typeof createFeedServer>;
  keeper: Awaited<ReturnType<typeof findIdentities>>['keeper'];
  classArchive: Awaited<ReturnType<typeof createLocalSpark>>['classArchive'];
  ensureDemo: () => Promise<void>;
  closing: AsyncDisposableStack;
}): Promise<void> {
  const { config, log, app, feed, keeper, classArchive, ensureDemo, closing } = given;
  const { admin, alerts, announcements, audit, environments, files, jobs, limits, projects, servers, sessions, users } =
    parts;
  if (config.classArchive) await classArchive.find();
  keeper?.start();
  await environments.start();
  closing.defer(() => environments.close());
  await servers.start();
  closing.defer(() => servers.close());
  await sessions.start();
  closing.defer(() => sessions.close());
  jobs.start();
  closing.defer(() => jobs.close());
  limits.start();
  files.start();
  closing.defer(() => files.close());
  closing.defer(() => limits.close());
  announcements.start();
  closing.defer(() => announcements.close());
  alerts.start();
  closing.defer(() => alerts.close());
  admin.start();
  closing.defer(() => admin.close());
  projects.start();
  closing.defer(() => projects.close());
  // After everything that runs has been found again: an edge takes the first table for the whole truth.
  await feed.listen();
  for (const [step, intervalMs] of [
    [ensureDemo, demoCheckMs],
    [users.service.forgetExpired, housekeepingMs],
    [projects.forgetExpired, housekeepingMs],
    [audit.service.forgetOld, housekeepingMs],
    [jobs.forgetOld, housekeepingMs],
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
}
