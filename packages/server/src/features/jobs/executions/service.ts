import type { Readable } from 'node:stream';
import {
  isNotebook,
  type Execution,
  type ExecutorStream,
  type MetricsOverTime,
  type SessionExecutors,
} from '@emberlab/contract';
import { HttpError } from '../../../http/errors.ts';
import type { Viewer } from '../../../http/project-events.ts';
import type { Actor } from '../../../http/router.ts';
import { toInstant } from '../../../lib/clock.ts';
import { newId } from '../../../lib/ids.ts';
import { watchEnd, type LogWish, type RunApplication } from '../../sessions/index.ts';
import type { JobsDeps } from '../deps.ts';
import type { ExecutionRecord, JobRecord } from '../model.ts';
import { mayStop, must } from '../policy.ts';
import type { ExecutionLifecycle } from './lifecycle.ts';
import { presentExecutors } from './executors.ts';
import type { ForgetRun } from './forget.ts';
import { everyLook } from './log.ts';
import { presentExecution, type AboutRun } from './present.ts';
import type { StartExecution, StartRequest } from './start.ts';
import { isFinal } from './state.ts';
import type { ExecutionsAsked, ExecutionStore } from './store.ts';
import type { Watch } from './watch.ts';

export type ExecutionService = ReturnType<typeof createExecutionService>;

/** So many runs of a member may wait in a project: all that wait are looked at each second. What runs by itself has one run waiting for each job, or none. */
const mostQueued = 1000;

const who = 'who started the run, the owner of its job and owners of the project';

/** The use cases of runs. Rights by the role have been checked; those of the one run are here. */
export function createExecutionService(
  deps: Pick<JobsDeps, 'bus' | 'clock' | 'tickets' | 'notebooks'> & {
    store: ExecutionStore;
    lifecycle: ExecutionLifecycle;
    watch: Watch;
    forget: ForgetRun;
    start: StartExecution;
    applicationOf(run: ExecutionRecord): RunApplication;
    whyWaits(id: number): string | null;
  },
) {
  const { store, lifecycle, watch, clock, notebooks, applicationOf } = deps;

  /** What is beside the rows of these runs, asked for together. */
  const about = async (runs: readonly ExecutionRecord[]): Promise<(run: ExecutionRecord) => AboutRun> => {
    const asNotebooks = runs.filter(({ frozen }) => isNotebook(frozen.program));
    const [sessionOf, positions] = await Promise.all([
      notebooks.ofAll(asNotebooks.map(({ id }) => id)),
      store.positions(runs.filter(({ state }) => state === 'queued')),
    ]);
    const now = clock.now();
    return ({ id, state }) => ({
      sight: watch.sightOf(id),
      position: positions.get(id) ?? null,
      waitsFor: state === 'queued' ? deps.whyWaits(id) : null,
      session: sessionOf.get(id) ?? null,
      now,
    });
  };
  const presenter = async (run: ExecutionRecord): Promise<(viewer: Viewer) => Execution> => {
    const facts = (await about([run]))(run);
    return (viewer) => presentExecution(run, facts, viewer);
  };
  const present = async (run: ExecutionRecord, viewer: Viewer) => (await presenter(run))(viewer);

  const find = async (projectId: string, id: number): Promise<ExecutionRecord> => {
    const run = await store.find(id);
    if (run === null || run.project.id !== projectId) throw new HttpError('not_found');
    return run;
  };

  return {
    find,
    findById: (id: number) => store.find(id),

    /** Tells everybody in the project what a run is like now. */
    async publish(run: ExecutionRecord): Promise<void> {
      const shown = await presenter(run);
      deps.bus.publish({
        projectId: run.project.id,
        users: run.jobOwnerId === null ? [run.user.id] : [run.user.id, run.jobOwnerId],
        present: (viewer) => ({ type: 'execution', execution: shown(viewer) }),
      });
    },

    async list(
      projectId: string,
      viewer: Viewer,
      asked: ExecutionsAsked,
    ): Promise<{ items: Execution[]; next: string | null }> {
      const found = await store.list(projectId, { ...asked, limit: asked.limit + 1 });
      const shown = found.slice(0, asked.limit);
      const facts = await about(shown);
      return {
        items: shown.map((run) => presentExecution(run, facts(run), viewer)),
        next: found.length > asked.limit ? String(shown.at(-1)?.id ?? '') : null,
      };
    },

    get: async (projectId: string, viewer: Viewer, id: number) => present(await find(projectId, id), viewer),

    /** Has a job run as the caller. With a key that has made a run, answers that. Throws `limit_reached`. */
    async run(
      job: JobRecord,
      viewer: Viewer,
      { key, ...request }: Pick<StartRequest, 'arguments' | 'parameters' | 'trigger'> & { key: string | undefined },
    ): Promise<Execution> {
      const unique = key === undefined ? `run:${newId()}` : `asked:${viewer.userId}:${key}`;
      const known = key === undefined ? null : await store.findByKey(job.id, unique);
      if (known !== null) return present(known, viewer);
      if ((await store.countQueued(job.projectId, viewer.userId)) >= mostQueued) {
        const message = `You have ${mostQueued} runs waiting in this project, and no more may wait. Please stop some, or wait until they have begun.`;
        throw new HttpError('limit_reached', { message });
      }
      return present(await deps.start({ ...request, jobId: job.id, userId: viewer.userId, key: unique }), viewer);
    },

    /** Lets a run end, which goes on when this has been answered. Throws `forbidden`. */
    async stop(projectId: string, viewer: Viewer, id: number): Promise<Execution> {
      const run = await find(projectId, id);
      must(mayStop(viewer, run), who);
      return present((await lifecycle.stop(id, 'asked')) ?? run, viewer);
    },

    /** Deletes a run that has ended, with its log. Throws `forbidden` and `execution_running`. */
    async remove(projectId: string, viewer: Viewer, id: number): Promise<void> {
      const run = await find(projectId, id);
      must(mayStop(viewer, run), who);
      if (!isFinal(run.state)) throw new HttpError('execution_running');
      await deps.forget(run);
    },

    /** An address that opens the Spark UI; after the end of the run, once that is made from its event log. Throws an `HttpError` that says why there is none. */
    async openUi(projectId: string, viewer: Viewer, actor: Actor, id: number): Promise<string> {
      const run = await find(projectId, id);
      must(mayStop(viewer, run), who);
      const opened = await applicationOf(run).openUi(id, actor.user.id);
      if (opened === null) throw new HttpError(isFinal(run.state) ? 'session_ended' : 'ui_unavailable');
      return deps.tickets.issue({
        ...opened,
        userId: actor.user.id,
        loginDigest: actor.loginDigest,
        tokenId: actor.tokenId ?? null,
        needs: { projectId, role: run.user.id === actor.user.id ? 'viewer' : viewer.role },
      });
    },

    async metrics(projectId: string, id: number, since: number): Promise<MetricsOverTime> {
      const run = await find(projectId, id);
      const ofSession = isNotebook(run.frozen.program) ? await notebooks.metrics(id, since) : null;
      if (ofSession !== null) return ofSession;
      const samples = await store.samples.list(run.id, since);
      const none = run.frozen.configuration.type === 'python' ? 'A Python program has no Spark application.' : null;
      return {
        points: samples.map(({ at, sample }) => ({ at: toInstant(at), ...sample })),
        statements: [],
        note: samples.length > 0 ? null : none,
      };
    },

    async executors(projectId: string, id: number): Promise<SessionExecutors> {
      const run = await find(projectId, id);
      return presentExecutors(run, watch.executorsOf(id) ?? (await store.executors.of(id)));
    },

    /** Also of a run that has ended, as long as there is the log. Throws `log_unavailable` and `driver_away`. */
    async executorLog(
      projectId: string,
      id: number,
      { executor, stream, ...asked }: { executor: string; stream: ExecutorStream; wish: LogWish; signal: AbortSignal },
    ): Promise<{ from: number; total: number; text: Readable }> {
      const run = await find(projectId, id);
      const all = watch.executorsOf(id) ?? (await store.executors.of(id)) ?? [];
      const page = all.find((one) => one.id === executor)?.pages[stream] ?? null;
      const isLive = async () => !isFinal((await store.find(id))?.state ?? 'stopped');
      const ended = asked.wish.follow
        ? watchEnd({ signal: asked.signal, onChange: everyLook(clock), isLive })
        : () => true;
      return applicationOf(run).executorLog(id, { ...asked, executor, stream, page, ended });
    },
  };
}
