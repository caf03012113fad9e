import type { Readable } from 'node:stream';
import { EngineError, type Engine, type ExecutorLogQuestion } from '../../../engines/engine.ts';
import { HttpError } from '../../../http/errors.ts';
import type { Clock } from '../../../lib/clock.ts';
import { readLogPiece } from '../metrics/executor-answers.ts';
import { openExecutorLog } from '../metrics/executor-log.ts';
import type { ExecutorLogAsked } from './application.ts';

const notUnderstood = 'What keeps the log of this executor did not answer as Spark’s workers do.';
const noPage = 'Spark has not said where the log of this executor is, or there is no such executor.';

/** The log of an executor that no agent can be asked for: its worker is asked by a process of whose application it is. Throws `log_unavailable`. */
export async function workerLog(
  parts: { engine: Pick<Engine, 'readExecutorLog'>; clock: Clock; pollMs: number },
  whose: Pick<ExecutorLogQuestion, 'owner' | 'projectFolder' | 'python'>,
  { executor, stream, page, ...options }: ExecutorLogAsked,
): Promise<{ from: number; total: number; text: Readable }> {
  if (page === null) throw new HttpError('log_unavailable', { message: noPage });
  return openExecutorLog({
    ...options,
    clock: parts.clock,
    pollMs: parts.pollMs,
    async ask(piece) {
      const answer = await parts.engine
        .readExecutorLog({ ...whose, executor, stream, page, ...piece })
        .catch((error: unknown) => {
          if (!(error instanceof EngineError)) throw error;
          throw new HttpError('log_unavailable', { message: error.message, cause: error });
        });
      const read = readLogPiece(answer);
      if (read === null) throw new HttpError('log_unavailable', { message: notUnderstood });
      return read;
    },
  });
}
