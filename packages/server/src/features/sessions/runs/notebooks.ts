import type { MetricsOverTime } from '@emberlab/contract';
import type { Engine } from '../../../engines/engine.ts';
import { HttpError } from '../../../http/errors.ts';
import type { Clock } from '../../../lib/clock.ts';
import type { Engines } from '../engines.ts';
import type { History } from '../history/history.ts';
import type { Hub } from '../hub.ts';
import type { Lifecycle } from '../lifecycle.ts';
import type { Limits } from '../limits.ts';
import { openDriverLog } from '../metrics/driver-log.ts';
import { openKeptLog } from '../metrics/kept-logs.ts';
import type { Metrics } from '../metrics/service.ts';
import type { SessionRecord } from '../model.ts';
import { hasUi } from '../present.ts';
import { isLive, takesStatements } from '../state.ts';
import type { SessionStore } from '../store.ts';
import type { ExecutorLogAsked, RunApplication, RunSight } from './application.ts';
import { workerLog } from './worker-log.ts';

/** The session of a run's notebook as its run shows it. */
export type RunSession = { readonly id: number; readonly applicationId: string | null; readonly uiAvailable: boolean };

/** The sessions of notebooks that run as jobs: what their runs tell of them. */
export type RunNotebooks = RunApplication & {
  /** null: it has none (yet). */
  of(executionId: number): Promise<RunSession | null>;
  /** Of many runs, by their ids; those without one are absent. */
  ofAll(executionIds: readonly number[]): Promise<Map<number, RunSession>>;
  /** What was measured of it; null: it has none. */
  metrics(executionId: number, since: number): Promise<MetricsOverTime | null>;
  /** Lets them end. Resolves when that is written down. */
  stop(executionId: number): Promise<void>;
};

const ending = 'This Spark application is ending. Its Spark UI can be opened again in a moment.';
const none = 'The notebook of this run has had no Spark application.';

const toRunSession = (session: SessionRecord): RunSession => ({
  id: session.id,
  applicationId: session.application?.id ?? null,
  uiAvailable: hasUi(session),
});

export function createRunNotebooks(parts: {
  sessions: SessionStore;
  lifecycle: Pick<Lifecycle, 'stop'>;
  history: Pick<History, 'open'>;
  hub: Pick<Hub, 'observe'>;
  metrics: Metrics;
  engine: Pick<Engine, 'logs' | 'readExecutorLog' | 'executorLogs'>;
  engines: Pick<Engines, 'of'>;
  clock: Clock;
  limits: Limits;
  pythonFor(projectId: string): Promise<{ readonly python: string }>;
  projectFolder(name: string): string;
}): RunNotebooks {
  const { sessions, metrics } = parts;

  const fromWorker = async (session: SessionRecord, asked: ExecutorLogAsked) => {
    const { project, owner } = session;
    const { python } = await parts.pythonFor(project.id);
    return workerLog(
      { ...parts, pollMs: parts.limits.executorLogPollMs },
      { owner: { projectId: project.id, userId: owner.id }, projectFolder: parts.projectFolder(project.name), python },
      asked,
    );
  };

  return {
    async of(executionId) {
      const session = await sessions.ofExecution(executionId);
      return session === null ? null : toRunSession(session);
    },

    async ofAll(executionIds) {
      const found = await sessions.ofExecutions(executionIds);
      return new Map([...found].map(([id, session]) => [id, toRunSession(session)]));
    },

    async look(executionId): Promise<RunSight | null> {
      const session = await sessions.ofExecution(executionId);
      if (session === null || !takesStatements(session.state)) return null;
      const { metrics: now } = parts.hub.observe(session);
      const job = now?.activeJob ?? null;
      return {
        uiAvailable: hasUi(session),
        metrics: now,
        progress: job === null || job.totalTasks === 0 ? null : Math.min(1, job.completedTasks / job.totalTasks),
        // They are rows of the session.
        sample: null,
        executors: (await metrics.listed(session)) ?? [],
      };
    },

    async metrics(executionId, since) {
      const session = await sessions.ofExecution(executionId);
      return session === null ? null : metrics.overTime(session, since);
    },

    async executorLog(executionId, asked) {
      const session = await sessions.ofExecution(executionId);
      if (session === null) throw new HttpError('log_unavailable', { message: none });
      if (asked.executor === 'driver') return openDriverLog(parts.engine.logs(session.id)[asked.stream], asked);
      const own = await openKeptLog(parts.engine.executorLogs, session.id, asked);
      if (own !== null) return own;
      const kept = !isLive(session.state) && parts.engines.of(session.engine).keptExecutors !== undefined;
      return kept || takesStatements(session.state) ? metrics.executorLog(session, asked) : fromWorker(session, asked);
    },

    async openUi(executionId, userId) {
      const session = await sessions.ofExecution(executionId);
      if (session === null) return null;
      if (session.state === 'shutting_down') throw new HttpError('ui_unavailable', { message: ending });
      const { uiId: targetId } = session;
      if (isLive(session.state)) return hasUi(session) ? { targetId, path: '/' } : null;
      return { targetId, path: await parts.history.open(session, userId) };
    },

    async stop(executionId) {
      for (const { id } of await sessions.listLive({ executionId })) await parts.lifecycle.stop(id, 'stopped');
    },
  };
}
