import type { Router } from '../../http/router.ts';
import type { ServersDeps } from './deps.ts';
import { registerServerRoutes } from './routes.ts';
import { createAnnouncer, createServerService } from './service.ts';
import { createServerStore } from './store.ts';
import { createServerWorker } from './worker.ts';

export type { ServersDeps } from './deps.ts';
export type { ServerService } from './service.ts';

/** Members' Jupyter servers. `start` takes over what runs and has to be awaited before control listens; `close` leaves servers running. */
export function createServers(deps: ServersDeps) {
  const store = createServerStore(deps.db);
  const changed = createAnnouncer({ bus: deps.bus, store });
  const worker = createServerWorker({ ...deps, store, changed });
  const service = createServerService({ ...deps, store, worker, changed });
  return {
    service,
    snapshot: service.snapshot,
    countLive: service.countLive,
    registerRoutes: (router: Router): void => registerServerRoutes(router, service),
    start: (): Promise<void> => worker.start(),
    /** Looks at once, as when an environment has become ready. */
    wake: (): void => worker.wake(),
    close: (): Promise<void> => worker.close(),
  };
}
