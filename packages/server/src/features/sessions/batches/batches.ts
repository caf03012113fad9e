import type { FastifyInstance } from 'fastify';
import { createLoop } from '../../../lib/lifecycle.ts';
import type { Taken } from '../../../lib/places.ts';
import type { EndReason } from '../../projects/index.ts';
import { createChanges } from '../changes.ts';
import { takenBy } from '../demand.ts';
import type { SessionsDeps } from '../deps.ts';
import type { Engines } from '../engines.ts';
import type { History } from '../history/history.ts';
import type { Limits } from '../limits.ts';
import type { Client } from '../model.ts';
import { createBatchLifecycle } from './lifecycle.ts';
import { batchPage, registerBatchRoutes } from './routes.ts';
import { createPrograms } from './programs.ts';
import { createBatchService } from './service.ts';
import { createBatchStore } from './store.ts';
import { createBatchWorker } from './worker.ts';

/** Livy's batches as a whole: programs that run once, each in a driver of its own. */
export function createBatches(
  deps: SessionsDeps,
  limits: Limits,
  {
    engines,
    countStarting,
    history,
  }: {
    engines: Engines;
    countStarting: (userId: string) => Promise<Taken>;
    /** shows the applications of drivers of runs that have ended */
    history: Pick<History, 'open' | 'end'>;
  },
) {
  const { clock, engine, log } = deps;
  let loop: ReturnType<typeof createLoop> | null = null;
  const wake = () => loop?.wake();
  const changes = createChanges(clock);
  const store = createBatchStore(deps.db);
  const lifecycle = createBatchLifecycle({
    store,
    engine: engine.batches,
    changes,
    bus: deps.bus,
    revisionAt: (projectId, at) => deps.revisionAt?.(projectId, at) ?? null,
    clock,
    log,
    programChanged: (executionId) => deps.programChanged?.(executionId),
    wake,
  });
  const programs = createPrograms({
    store,
    lifecycle,
    engine: engine.batches,
    readExecutorLog: (question) => engine.readExecutorLog(question),
    logPollMs: limits.executorLogPollMs,
    pythonFor: (projectId) => deps.pythonFor(projectId),
    projectFolder: (name) => deps.projectFolder(name),
    history,
    targets: deps.targets,
    tunnelSocket: deps.config.paths.tunnelSocket,
    clock,
    engines,
    wake,
  });
  const service = createBatchService({
    store,
    lifecycle,
    changes,
    clock,
    limits,
    admission: deps.admission,
    engines,
    pythonFor: (projectId) => deps.pythonFor(projectId),
    touchProject: (projectId) => deps.touchProject(projectId),
    countStarting,
    wake,
  });
  const worker = createBatchWorker({
    store,
    lifecycle,
    engine,
    engines,
    clock,
    log,
    limits,
    pythonFor: (projectId) => deps.pythonFor(projectId),
    projectFolder: (name) => deps.projectFolder(name),
    wake,
  });

  return {
    service,
    programs,

    registerRoutes: (app: FastifyInstance) =>
      registerBatchRoutes(app, { service, engine, projectFolder: (name) => deps.projectFolder(name) }),

    /** A page of a member's batches, as Livy shows them. */
    page: (client: Client, page: { from: number; size: number }) => batchPage({ service, engine }, client, page),

    /** Batches as what members and projects have at a time. */
    taken: async () =>
      (await store.listLive()).map(({ project, owner, request, engine: name }) =>
        takenBy({ projectId: project.id, userId: owner.id }, request, engines.shapeOf(name)),
      ),

    /** For whom batches live. */
    async living() {
      return (await store.listLive()).map((batch) => ({
        projectId: batch.project.id,
        userId: batch.owner.id,
        ending: batch.state === 'shutting_down',
      }));
    },

    /** Lets all batches of a member end who may not run any more in a project. */
    async stopForMember(projectId: string, userId: string, why: EndReason): Promise<void> {
      for (const { id } of await store.listLive({ projectId, userId })) await lifecycle.stop(id, why);
    },

    /** All that have not ended, by their ids. */
    liveIds: async (): Promise<ReadonlySet<number>> => new Set((await store.listLive()).map(({ id }) => id)),

    /** All that have not ended, but the drivers of runs. */
    live: async () => (await store.listLive()).filter(({ executionId }) => executionId === null),

    /** Lets one end by an administrator, with why for whose it is. */
    stopByAdmin: async (id: number, why: string) => void (await lifecycle.stop(id, 'admin', why)),

    /** Removes what a project's batches have left beside their rows. */
    async remove(projectId: string): Promise<void> {
      for (const id of await store.allOf(projectId)) await engine.batches.forget(id);
    },

    /** Looks at everything now. */
    reconcile: () => worker.step(),

    /** Begins to work; adopts what a former process has started. */
    start(): void {
      loop = createLoop({
        step: () => worker.step(),
        intervalMs: limits.reconcileMs,
        onError: (error) => log.error({ err: error }, 'the batches could not be looked after; it will be tried again'),
      });
    },

    /** Lets go of everything; batches go on. */
    async close(): Promise<void> {
      await loop?.close();
      await worker.settled();
      changes.close();
    },
  };
}
