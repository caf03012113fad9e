import type { Router } from '../../http/router.ts';
import type { ServersDeps } from './deps.ts';
import type { FastifyInstance } from 'fastify';
import { createActivityWatch } from './activity-watch.ts';
import { registerAppRoutes } from './app-routes.ts';
import { createOwnServer } from './own-server.ts';
import { registerServerRoutes } from './routes.ts';
import { createAnnouncer, createServerService } from './service.ts';
import { createServerStore } from './store.ts';
import { createServerWorker } from './worker.ts';

export type { ServersDeps } from './deps.ts';
export type { ServerService } from './service.ts';

/** Members' Jupyter servers. `start` takes over what runs and has to be awaited before control listens; `close` leaves servers running. */
export function createServers(deps: ServersDeps) {
  const store = createServerStore(deps.db);
  const changed = createAnnouncer({ ...deps, store });
  const worker = createServerWorker({ ...deps, store, changed });
  const activity = createActivityWatch({ ...deps, store, changed, accessTo: worker.accessTo, wake: worker.wake });
  const service = createServerService({ ...deps, store, worker, changed });
  return {
    service,
    snapshot: service.snapshot,
    countLive: service.countLive,
    registerRoutes: (router: Router): void => registerServerRoutes(router, service),
    /** What the edge asks for servers' own pages. */
    registerAppRoutes: (app: FastifyInstance): void =>
      registerAppRoutes(app, { ...deps, own: createOwnServer({ ...deps, store, service }) }),
    async start(): Promise<void> {
      await worker.start();
      activity.start();
    },
    /** Looks at once, as when an environment has become ready. */
    wake: (): void => worker.wake(),
    /** Looks at once at what goes on in those that run. */
    lookForActivity: (): Promise<void> => activity.look(),
    async close(): Promise<void> {
      await activity.close();
      await worker.close();
    },
  };
}
