import type { ServerTime, ServerUse } from '@emberlab/contract';
import type { FastifyInstance } from 'fastify';
import type { Router } from '../../http/router.ts';
import type { LimitedPart } from '../limits/index.ts';
import { createActivityWatch } from './activity-watch.ts';
import { registerAppRoutes } from './app-routes.ts';
import type { ServersDeps } from './deps.ts';
import { createTakenBy } from './limits.ts';
import { createNotebookWatch } from './notebook-watch.ts';
import { createOwnServer } from './own-server.ts';
import { createPresenter } from './present.ts';
import { registerServerRoutes } from './routes.ts';
import { createAnnouncer, createServerService, type Whose } from './service.ts';
import { timeFor } from './shutdown.ts';
import { createServerStore, type LiveServers } from './store.ts';
import { createStrayWatch } from './strays.ts';
import { createUseWatch } from './use-watch.ts';
import { createServerWorker } from './worker.ts';

export { memberEnvironment, ofPython } from './member-environment.ts';
export { gatewayOrigin } from './launch-spec.ts';
export { sparkmagicConfig } from './sparkmagic-config.ts';
export type { ServersDeps } from './deps.ts';
export type { ServerService } from './service.ts';

/** Members' Jupyter servers. `start` takes over what runs and has to be awaited before control listens; `close` leaves servers running. */
export function createServers(deps: ServersDeps) {
  const store = createServerStore(deps.db);
  const uses = new Map<string, ServerUse>();
  const timeOf = async (whose: Whose): Promise<ServerTime> =>
    timeFor(deps.config.serverTime, await deps.limits.hoursOf(whose));
  const present = createPresenter({ store, timeOf, uses });
  const announce = createAnnouncer({ bus: deps.bus, store, present });
  const changed = async (id: string): Promise<void> => {
    const record = await announce(id);
    if (record !== null) notebooks.saw(record);
  };
  const worker = createServerWorker({ ...deps, store, changed, timeOf });
  const activity = createActivityWatch({ ...deps, store, changed, accessTo: worker.accessTo, wake: worker.wake });
  const notebooks = createNotebookWatch({ ...deps, store, accessTo: worker.accessTo });
  const strays = createStrayWatch({ ...deps, store });
  const use = createUseWatch({ ...deps, store, changed, uses });
  const takenBy = createTakenBy(deps);
  const service = createServerService({ ...deps, store, worker, changed, present, uses, timeOf, takenBy });
  return {
    service,
    snapshot: service.snapshot,
    part: service.part,
    /** Servers as what members and projects have at a time. */
    limited: {
      taken: async (besides?: LiveServers['besides']) =>
        Promise.all((await store.live(besides === undefined ? {} : { besides })).map(takenBy)),
    } satisfies LimitedPart,
    running: service.running,
    countLive: service.countLive,
    registerRoutes: (router: Router): void => registerServerRoutes(router, service),
    /** What the edge asks for servers' own pages. */
    registerAppRoutes: (app: FastifyInstance): void =>
      registerAppRoutes(app, { ...deps, own: createOwnServer({ ...deps, store, service, present }) }),
    async start(): Promise<void> {
      await worker.start();
      activity.start();
      strays.start();
      use.start();
      notebooks.start();
    },
    /** Looks at once, as when an environment has become ready. */
    wake: (): void => worker.wake(),
    /** Looks at once at what goes on in those that run. */
    lookForActivity: (): Promise<void> => activity.look(),
    /** In one of a server's Spark sessions work has begun or ended. */
    workChanged: (id: string): void => activity.workChanged(id),
    /** Looks at once what those that run take. */
    lookAtUse: (): Promise<void> => use.look(),
    /** Ends at once what runs and is asked for by nobody. */
    endStrays: (): Promise<void> => strays.look(),
    /** Looks at once whether all that run are asked which notebooks run in them. */
    lookForNotebooks: (): Promise<void> => notebooks.look(),
    async close(): Promise<void> {
      await notebooks.close();
      await strays.close();
      await use.close();
      await activity.close();
      await worker.close();
    },
  };
}
