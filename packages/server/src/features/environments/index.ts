import { join } from 'node:path';
import type { Kysely } from 'kysely';
import type { Config } from '../../config.ts';
import type { Database } from '../../db/schema.ts';
import type { ProjectBus } from '../../http/project-events.ts';
import type { Router } from '../../http/router.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import { createBuilder } from './builder.ts';
import { registerEnvironmentRoutes } from './routes.ts';
import { createAnnouncer, createEnvironmentService } from './service.ts';
import { createEnvironmentStore } from './store.ts';
import { createEnvironmentWorker } from './worker.ts';

export { createEnvironmentStore } from './store.ts';
export type { EnvironmentService, PythonOfProject } from './service.ts';

const defaultJupyterFolder = join(import.meta.dirname, '../../../../../jupyter');

export type EnvironmentsDeps = {
  readonly db: Kysely<Database>;
  readonly clock: Clock;
  readonly config: Pick<Config, 'python'> & { readonly paths: Pick<Config['paths'], 'environments' | 'tools'> };
  readonly bus: ProjectBus;
  readonly log: Log;
  /** What goes into an environment, and the script that builds it. Default: the repository's `jupyter` folder. */
  readonly jupyterFolder?: string;
  /** The platform's own environment variables: the installer finds the network and its cache by them. */
  readonly platformEnv: Readonly<Record<string, string | undefined>>;
  /** Called whenever something about a project's environment has changed. */
  readonly onChanged?: (projectId: string) => void;
};

/** Projects' Python environments. `start` takes over or begins builds; `close` leaves a running build alone. */
export function createEnvironments(deps: EnvironmentsDeps) {
  const { db, clock, config, bus, log } = deps;
  const store = createEnvironmentStore(db);
  const builder = createBuilder({
    folder: config.paths.environments,
    jupyterFolder: deps.jupyterFolder ?? defaultJupyterFolder,
    uv: join(config.paths.tools, 'bin', 'uv'),
    model: join(config.paths.tools, 'environment'),
    python: config.python,
    platformEnv: deps.platformEnv,
  });
  const announce = createAnnouncer({ bus, store });
  const changed = async (projectId: string): Promise<void> => {
    await announce(projectId);
    deps.onChanged?.(projectId);
  };
  const worker = createEnvironmentWorker({ store, builder, clock, log, changed });
  const service = createEnvironmentService({ store, builder, clock, wake: worker.wake, changed });
  return {
    ...service,
    registerRoutes: (router: Router): void => registerEnvironmentRoutes(router, service),
    async start(): Promise<void> {
      // A project whose making was interrupted gets its environment now.
      for (const projectId of await store.projectsWithout()) await service.create(projectId);
      worker.start();
    },
    close: (): Promise<void> => worker.close(),
  };
}
