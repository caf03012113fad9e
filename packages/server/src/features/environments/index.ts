import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Kysely } from 'kysely';
import type { Config } from '../../config.ts';
import type { Database } from '../../db/schema.ts';
import type { ProjectBus, ProjectSnapshot } from '../../http/project-events.ts';
import type { Router } from '../../http/router.ts';
import type { Identities } from '../../identities/identities.ts';
import type { Clock } from '../../lib/clock.ts';
import { createLoop } from '../../lib/lifecycle.ts';
import type { Log } from '../../lib/log.ts';
import { createSealer } from '../../lib/seal.ts';
import { createBuilder, type BuildRules } from './builder.ts';
import { createCleaner } from './cleaning.ts';
import { createIndexClient } from './index/client.ts';
import { createNames } from './index/names.ts';
import { createSend } from './index/send.ts';
import { createIndexService } from './index/service.ts';
import { buildLimits, createIndexSettings } from './index/settings.ts';
import { createInspector } from './inspect.ts';
import { createLibraryService } from './libraries.ts';
import { createChanges } from './operations/changes.ts';
import { createOperationService } from './operations/service.ts';
import { createSwitches } from './operations/switches.ts';
import { parseRequirement } from './packaging/requirement.ts';
import { registerEnvironmentRoutes } from './routes.ts';
import { createRunning } from './running.ts';
import { createEnvironmentService } from './service.ts';
import { createEnvironmentStore } from './store.ts';
import { createUploads } from './uploads.ts';
import { createEnvironmentWorker } from './worker.ts';

export { createEnvironmentStore } from './store.ts';
export type { EnvironmentService, PythonOfProject } from './service.ts';

const defaultJupyterFolder = join(import.meta.dirname, '../../../../../jupyter');
/** how many environments are made at a time */
const atOnce = 2;
/** how often is looked whether somebody has used pip in a terminal, ms */
const lookEveryMs = 5_000;
/** how often is looked for what nothing uses any more, ms */
const cleanEveryMs = 3_600_000;

export type EnvironmentsDeps = {
  readonly db: Kysely<Database>;
  readonly clock: Clock;
  readonly config: Pick<Config, 'python'> & {
    readonly paths: Pick<Config['paths'], 'environments' | 'tools' | 'secretsKey' | 'indexNames'>;
  };
  readonly bus: ProjectBus;
  readonly log: Log;
  /** whom environments are for */
  readonly identities: Identities;
  /** What goes into an environment, and the script that builds it. Default: the repository's `jupyter` folder. */
  readonly jupyterFolder?: string;
  /** The platform's own environment variables: the installer finds the network and its cache by them. */
  readonly platformEnv: Readonly<Record<string, string | undefined>>;
  /** What the build of a library may take. */
  readonly limits?: BuildRules['limits'];
  /** Called whenever something about a project's environment has changed. */
  readonly onChanged?: (projectId: string) => void;
};

/** Projects' Python environments. `start` takes over or begins builds; `close` leaves a running build alone. */
export function createEnvironments(deps: EnvironmentsDeps) {
  const { db, clock, config, bus, log, platformEnv } = deps;
  const jupyterFolder = deps.jupyterFolder ?? defaultJupyterFolder;
  const requirements = join(jupyterFolder, 'requirements');
  const store = createEnvironmentStore(db);
  const switches = createSwitches(db);

  /** Lines of a file of requirements, by the normal names of the libraries. */
  async function linesOf(name: string): Promise<ReadonlyMap<string, string>> {
    const lines = (await readFile(join(requirements, name), 'utf8')).split('\n').map((line) => line.trim());
    return new Map(
      lines.flatMap((line) => {
        const key = line.startsWith('#') ? undefined : parseRequirement(line)?.key;
        return key === undefined ? [] : [[key, line] as const];
      }),
    );
  }

  const builder = createBuilder({
    folder: config.paths.environments,
    jupyterFolder,
    uv: join(config.paths.tools, 'bin', 'uv'),
    model: join(config.paths.tools, 'environment'),
    tried: join(config.paths.tools, 'tried'),
    python: config.python,
    identities: deps.identities,
    platformEnv,
  });
  const inspector = createInspector({
    builder,
    clock,
    excused: async () => new Set((await linesOf('overrides.txt')).keys()),
  });
  const settings = createIndexSettings({
    db,
    sealer: createSealer(config.paths.secretsKey),
    limits: deps.limits ?? buildLimits,
  });
  const asking = createSend(settings);
  const client = createIndexClient(asking.send);
  const names = createNames({ client, clock, folder: config.paths.indexNames, log });
  const index = createIndexService({ settings, client, names, clock, platformEnv });
  const changes = createChanges({ store, builder, inspector, clock, requirements, rules: settings.rules });

  /** Tells everybody in the project what its environment is like now, and what has become of a change of it. */
  const changed = async (projectId: string, operationId?: string): Promise<void> => {
    await switches.load(projectId);
    const environment = await service.get(projectId);
    bus.publish({ projectId, users: [], present: () => ({ type: 'environment', environment }) });
    if (operationId !== undefined) {
      const operation = await operations.get(projectId, operationId);
      bus.publish({ projectId, users: [], present: () => ({ type: 'environment-operation', operation }) });
    }
    deps.onChanged?.(projectId);
  };
  const worker = createEnvironmentWorker({ store, builder, changes, clock, log, atOnce, changed });
  const service = createEnvironmentService({ store, builder, inspector, clock, wake: worker.wake, changed });
  const uploads = createUploads({ builder, python: config.python, jupyterFolder });
  const operations = createOperationService({
    store,
    builder,
    inspector,
    uploads,
    clock,
    refused: settings.refused,
    wake: worker.wake,
    changed,
  });
  const libraries = createLibraryService({
    store,
    builder,
    inspector,
    index,
    clock,
    baseLines: () => linesOf('base.in'),
  });
  const clean = createCleaner({ store, builder, clock });
  const loops: ReturnType<typeof createLoop>[] = [];

  const projectIds = async (): Promise<string[]> =>
    (await db.selectFrom('projects').select('id').where('deleting_at', 'is', null).execute()).map(({ id }) => id);

  /** What somebody does with pip in a terminal is said as soon as it is seen. */
  async function lookForHands(): Promise<void> {
    for (const current of await store.currents()) {
      if (await inspector.hasChanged(current)) await changed(current.projectId);
    }
  }

  const snapshot = (async (projectId) => [
    ...(await service.snapshot(projectId)),
    ...(await operations.pending(projectId)).map((operation) => ({
      type: 'environment-operation' as const,
      operation,
    })),
  ]) satisfies ProjectSnapshot;

  return {
    ...service,
    snapshot,
    /** What is being made, for administrators. */
    running: createRunning({ store, stop: worker.stop }),
    /** The names of projects whose last build failed. */
    failedIn: (): Promise<string[]> => store.failedIn(),
    change: operations.change,
    operation: operations.get,
    conflicts: libraries.conflicts,
    libraries: libraries.list,
    revisions: operations.revisions,
    /** The number of the revision that was in use at a moment, which what was started then keeps; null: that is not known. */
    revisionAt: switches.at,
    cancel: operations.cancel,
    export: libraries.export,
    upload: uploads.keep,
    indexSettings: settings,
    lookForHands,
    clean: async (): Promise<void> => clean(await projectIds()),
    /** Ends the build of a project that is being deleted, and removes its environments. Safe to repeat. */
    async removeAll(projectId: string): Promise<void> {
      await worker.remove(projectId);
      switches.forget(projectId);
    },
    registerRoutes: (router: Router): void =>
      registerEnvironmentRoutes(router, { service, operations, libraries, uploads, settings, index }),
    async start(): Promise<void> {
      await switches.loadAll();
      // A project whose making was interrupted gets its environment now.
      for (const projectId of await store.projectsWithout()) await service.create(projectId);
      worker.start();
      const onError = (error: unknown) => log.error({ err: error }, 'looking at environments failed');
      loops.push(createLoop({ step: lookForHands, intervalMs: lookEveryMs, onError }));
      const cleanAll = async () => clean(await projectIds());
      loops.push(createLoop({ step: cleanAll, intervalMs: cleanEveryMs, onError }));
    },
    async close(): Promise<void> {
      await Promise.all(loops.map((loop) => loop.close()));
      await worker.close();
      await names.close();
      await asking.close();
    },
  };
}
