import type { Readable } from 'node:stream';
import type { ErrorCode, ExecutorStream, SessionExecutors, MetricsOverTime } from '@emberlab/contract';
import type { Engine } from '../../../engines/engine.ts';
import { HttpError } from '../../../http/errors.ts';
import { toInstant, toInstantOrNull, type Clock } from '../../../lib/clock.ts';
import type { Engines } from '../engines.ts';
import type { Limits } from '../limits.ts';
import type { Links } from '../link/links.ts';
import { QuestionError, type Question } from '../link/questions.ts';
import type { SessionRecord } from '../model.ts';
import { isLive, takesStatements } from '../state.ts';
import type { StatementStore } from '../statement-store.ts';
import { latest, readExecutors, readLogPiece, withoutPages, type ListedExecutor } from './executor-answers.ts';
import { executorsOfFiles, openKeptLog } from './kept-logs.ts';
import { openExecutorLog, type LogWish } from './executor-log.ts';
import { keptExecutors, keptLog } from './kept.ts';
import type { SampleStore } from './store.ts';

export type Metrics = ReturnType<typeof createMetrics>;

const tooEarly = 'Spark is still starting: executors are listed here once it is up.';
const tooLate = 'This application has ended, or is about to, and its executors with it.';
const notUnderstood = 'The driver’s answer could not be understood. It may be of another version than the platform.';

/** What is known of an application beside its state: metrics over time, its executors and their logs. Rights have been checked. */
export function createMetrics(parts: {
  samples: SampleStore;
  statements: StatementStore;
  links: Links;
  engine: Pick<Engine, 'executorLogs'>;
  clock: Clock;
  limits: Limits;
  engines: Pick<Engines, 'of'>;
}) {
  const { samples, statements, links, clock, limits, engines } = parts;
  const { executorLogs } = parts.engine;

  /** The agent's answer, as `read` understands it. Throws `driver_away`, or `refused` with the agent's sentence. */
  const ask = async <T>(
    id: number,
    question: Question,
    { ms, refused, read }: { ms: number; refused: ErrorCode; read: (answer: unknown) => T | null },
  ): Promise<T> => {
    const answer = await links.ask(id, question, ms).catch((error: unknown) => {
      if (!(error instanceof QuestionError)) throw error;
      const code = error.reason === 'refused' ? refused : 'driver_away';
      throw new HttpError(code, { message: error.message });
    });
    const value = read(answer);
    if (value === null) throw new HttpError('driver_away', { message: notUnderstood });
    return value;
  };

  const listed = (id: number): Promise<ListedExecutor[]> =>
    ask(id, { what: 'executors' }, { ms: limits.executorsMs, refused: 'driver_away', read: readExecutors });

  return {
    async overTime(session: SessionRecord, since: number): Promise<MetricsOverTime> {
      // What a driver did before somebody took it is nobody's.
      const points = await samples.list(session.id, Math.max(since, session.createdAt - 1));
      const ran = await statements.listRuns(session.id);
      return {
        points: points.map(({ at, sample }) => ({ at: toInstant(at), ...sample })),
        statements: ran.map(({ id, startedAt, completedAt }) => ({
          id,
          startedAt: toInstant(Math.min(startedAt, latest)),
          completedAt: toInstantOrNull(completedAt === 0 ? null : Math.min(completedAt, latest)),
        })),
        note: null,
      };
    },

    async executors(session: SessionRecord): Promise<SessionExecutors> {
      if (!takesStatements(session.state)) {
        if (isLive(session.state)) return { items: [], note: session.state === 'starting' ? tooEarly : tooLate };
        const items = await executorsOfFiles(executorLogs, session.id);
        if (items.length > 0) return { items, note: onlyLogs };
        return keptExecutors(engines.of(session.engine), { kind: 'session', id: session.id });
      }
      return { items: (await listed(session.id)).map(withoutPages), note: null };
    },

    /** The same with where their logs are shown; null: there are none, or it does not answer. */
    listed: async (session: SessionRecord): Promise<ListedExecutor[] | null> =>
      takesStatements(session.state) ? listed(session.id).catch(() => null) : null,

    /** Throws `log_unavailable` and `driver_away`. */
    async executorLog(
      session: SessionRecord,
      options: { executor: string; stream: ExecutorStream; wish: LogWish; ended: () => boolean; signal: AbortSignal },
    ): Promise<{ from: number; total: number; text: Readable }> {
      const { executor, stream } = options;
      const own = await openKeptLog(executorLogs, session.id, options);
      if (own !== null) return own;
      const kept = isLive(session.state) ? undefined : engines.of(session.engine).keptExecutors;
      if (kept !== undefined) return keptLog(kept, { kind: 'session', id: session.id }, options);
      if (!takesStatements(session.state)) {
        throw new HttpError('log_unavailable', { message: session.state === 'starting' ? tooEarly : logTooLate });
      }
      return openExecutorLog({
        ...options,
        clock,
        pollMs: limits.executorLogPollMs,
        ask: (piece) =>
          ask(
            session.id,
            { what: 'executorLog', executor, stream, ...piece },
            { ms: limits.executorLogMs, refused: 'log_unavailable', read: readLogPiece },
          ),
      });
    },
  };
}

const onlyLogs = 'This application has ended, or is about to. The logs of its executors are kept.';
const logTooLate = 'This application has ended, and only its driver knew where the logs of its executors are.';
