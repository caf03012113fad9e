import { isNotebook } from '@emberlab/contract';
import type { LimitedPart } from '../limits/index.ts';
import type { ProjectPart } from '../projects/index.ts';
import type { ProjectSnapshot } from '../../http/project-events.ts';
import type { Router } from '../../http/router.ts';
import { createLoop } from '../../lib/lifecycle.ts';
import type { JobsDeps } from './deps.ts';
import { createAnnouncer } from './executions/announce.ts';
import { createForget } from './executions/forget.ts';
import { keepLog } from './executions/keep-log.ts';
import { createExecutionLifecycle } from './executions/lifecycle.ts';
import { createOldRunStore } from './executions/old-runs.ts';
import { createPlaces } from './executions/places.ts';
import { createPreparer } from './executions/prepare.ts';
import { createRetention } from './executions/retention.ts';
import { retries } from './executions/retry.ts';
import { registerExecutionRoutes } from './executions/routes.ts';
import { createExecutionService } from './executions/service.ts';
import { createStart } from './executions/start.ts';
import { createExecutionStore } from './executions/store.ts';
import { statesWithPlace, takenBy } from './executions/taken.ts';
import { createWatch } from './executions/watch.ts';
import { createExecutionWorker } from './executions/worker.ts';
import type { ExecutionRecord } from './model.ts';
import type { RunApplication } from '../sessions/index.ts';
import { registerJobRoutes } from './routes.ts';
import { createRunning } from './running.ts';
import { createSchedules } from './schedule/index.ts';
import { chooseRunner } from './runners/choose.ts';
import { notebookPlan } from './runners/notebook.ts';
import { createProcessRunner, pythonPlan } from './runners/python.ts';
import { createSparkRunner } from './runners/spark.ts';
import { createJobService } from './service.ts';
import { createJobStore } from './store.ts';

export type { JobsDeps } from './deps.ts';

/** How often the worker looks at everything, without being woken, ms. */
const reconcileMs = 1000;

/** Jobs and their runs. `start` takes over what runs; `close` leaves runs running. */
export function createJobs(deps: JobsDeps) {
  const { db, clock, log } = deps;
  let loop: ReturnType<typeof createLoop> | null = null;
  const wake = () => loop?.wake();
  const jobStore = createJobStore(db);
  const store = createExecutionStore(db);

  /** Tells what a run is like now, and its job, of whose last runs it is one. */
  const changed = async (run: ExecutionRecord): Promise<void> => {
    await executions.publish(run);
    if (run.jobId !== null) await jobs.changed(run.jobId);
  };
  const processes = { spawner: deps.spawner, log, platformEnv: deps.platformEnv, limits: deps.config.serverLimits };
  const runnerOf = chooseRunner({
    spark: createSparkRunner(deps),
    python: createProcessRunner({ ...processes, plan: pythonPlan }),
    notebook: createProcessRunner({
      ...processes,
      plan: notebookPlan(deps),
      applicationOf: async ({ id }) => (await deps.notebooks.of(id))?.applicationId ?? null,
      async afterwards({ id }) {
        await deps.tokens.revokeForRun(id);
        await deps.notebooks.stop(id);
      },
    }),
  });
  const runLimit = deps.config.jobRunLimit;
  const claim = createPlaces(db, runLimit);
  const lifecycle = createExecutionLifecycle({ store, claim, clock, log, changed, wake });
  const applicationOf = ({ frozen }: ExecutionRecord): RunApplication =>
    isNotebook(frozen.program) ? deps.notebooks : deps.programs;
  const watch = createWatch({ store, applicationOf, clock, changed });
  const prepare = createPreparer({ ...deps, lifecycle, runnerOf, runLimit });
  const worker = createExecutionWorker({
    store,
    lifecycle,
    runnerOf,
    prepare,
    watch,
    async keepLog(run) {
      const printed = await runnerOf(run).log(run);
      if (printed === null) return;
      const folder = deps.projects.folderOf(run.project.name);
      await keepLog(folder, run, printed);
    },
    clock,
    log,
    runLimit,
    wake,
    publish: (run) => executions.publish(run),
  });
  const start = createStart({ jobs: jobStore, store, clock, changed, wake });
  const schedules = createSchedules({
    db,
    clock,
    log,
    bus: deps.bus,
    start,
    replace: (id) => lifecycle.stop(id, 'replaced'),
  });
  const listeners = [retries(start), schedules.afterEnd, ...(deps.afterEnd ?? [])];
  const announcer = createAnnouncer({ store, listeners, clock, log });
  const forget = createForget({ store, announcer, runnerOf, bus: deps.bus });
  const executions = createExecutionService({
    ...deps,
    store,
    lifecycle,
    watch,
    forget,
    start,
    applicationOf,
    whyWaits: worker.whyWaits,
  });
  const stopAll = async (filter: Parameters<typeof store.listLive>[0], why: Parameters<typeof lifecycle.stop>[1]) => {
    for (const { id } of await store.listLive(filter)) await lifecycle.stop(id, why);
  };
  const jobs = createJobService({
    ...deps,
    store: jobStore,
    stopRuns: (jobId) => stopAll({ jobId }, 'job'),
    nextRuns: schedules.nextRuns,
  });
  const step = async () => {
    await worker.step();
    await announcer.step();
  };

  return {
    jobs,
    executions,
    /** Has a job run; asked twice with one key, it runs once. */
    startExecution: start,
    stopExecution: lifecycle.stop,
    running: createRunning({ store, lifecycle, runnerOf }),
    snapshot: (async () => [{ type: 'jobs' }]) satisfies ProjectSnapshot,
    /** Runs as what members and projects have at a time. */
    limited: {
      // Few, by the places that there are for them.
      taken: async () => (await store.listLive({ states: statesWithPlace })).map(takenBy),
    } satisfies LimitedPart,
    part: {
      living: async () =>
        (await store.listLive()).map(({ project, user, state }) => ({
          projectId: project.id,
          userId: user.id,
          ending: state === 'stopping',
        })),
      stop: ({ projectId, userId }, why) => stopAll({ projectId, userId }, why),
      async remove(projectId) {
        for (const run of await store.allOf(projectId)) await runnerOf(run).forget(run);
      },
    } satisfies ProjectPart,
    /** Removes runs that are kept no longer. */
    forgetOld: createRetention({
      store,
      old: createOldRunStore(db),
      forget,
      kept: deps.config.runsKept,
      clock,
      log,
    }),
    /** Where runs that have not ended write, below the project's `Logs`. */
    logsInUse: async (projectId: string) =>
      (await store.listLive({ projectId })).map(({ id, frozen }) => `${frozen.name}/${id}`),
    registerRoutes(router: Router): void {
      registerJobRoutes(router, jobs);
      registerExecutionRoutes(router, { jobs, service: executions, runnerOf, clock });
      schedules.registerRoutes(router);
    },
    /** Something about the driver of a run has changed. */
    wake,
    /** The session of a run's notebook has ended, after the run most often: its Spark UI is another one from now on. */
    async notebookEnded(id: number): Promise<void> {
      const run = await store.find(id);
      if (run !== null) await executions.publish(run);
    },
    /** Looks at everything now, and waits for what that begins. */
    async reconcile(): Promise<void> {
      await schedules.step();
      await step();
      await worker.settled();
      await announcer.step();
    },
    start(): void {
      loop = createLoop({
        step,
        intervalMs: reconcileMs,
        onError: (error) => log.error({ err: error }, 'runs of jobs could not be looked after; it will be tried again'),
      });
      schedules.start();
    },
    async close(): Promise<void> {
      await schedules.close();
      await loop?.close();
      await worker.settled();
    },
  };
}
