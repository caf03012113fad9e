import type { Readable } from 'node:stream';
import type { ExecutorStream, SessionExecutors } from '@emberlab/contract';
import { EngineError, type DriverOf, type Engine, type KeptExecutors } from '../../../engines/engine.ts';
import { HttpError } from '../../../http/errors.ts';
import { openDriverLog } from './driver-log.ts';
import type { LogWish } from './executor-log.ts';

const tooLate = 'This application has ended, and its executors with it.';
const logsAlone =
  'This application has ended. Its cluster has kept the logs of these executors, and nothing else of them.';

/** The executors of an ended application, as far as its cluster has kept something of them. */
export async function keptExecutors(engine: Engine, of: DriverOf): Promise<SessionExecutors> {
  if (engine.keptExecutors === undefined) return { items: [], note: tooLate };
  try {
    const found = await engine.keptExecutors.list(of);
    const items = found.map(({ id, host, streams }) => ({
      id,
      host,
      active: false,
      cores: 0,
      memoryUsedBytes: 0,
      memoryTotalBytes: 0,
      activeTasks: 0,
      completedTasks: 0,
      failedTasks: 0,
      addedAt: null,
      removedAt: null,
      removeReason: null,
      logs: [...streams],
    }));
    return { items, note: items.length === 0 ? tooLate : logsAlone };
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return { items: [], note: `${tooLate} ${error.message}` };
  }
}

/** A log of one of these. Throws `log_unavailable`. */
export async function keptLog(
  kept: KeptExecutors,
  of: DriverOf,
  {
    executor,
    stream,
    ...options
  }: { executor: string; stream: ExecutorStream; wish: LogWish; ended: () => boolean; signal: AbortSignal },
): Promise<{ from: number; total: number; text: Readable }> {
  const file = await kept.log(of, executor, stream).catch((error: unknown) => {
    if (!(error instanceof EngineError)) throw error;
    throw new HttpError('log_unavailable', { message: error.message, cause: error });
  });
  return openDriverLog(file, options);
}
