import type { Readable } from 'node:stream';
import { executorStream, type ExecutorStream, type SessionExecutor } from '@emberlab/contract';
import type { ExecutorLogFiles } from '../../../engines/engine.ts';
import { openDriverLog } from './driver-log.ts';
import type { LogWish } from './executor-log.ts';

/** The log of an executor that is a file of ours, of one that runs as of one that has ended; null: it is none. `id`: of its session or batch. */
export async function openKeptLog(
  files: ExecutorLogFiles,
  id: number,
  asked: { executor: string; stream: ExecutorStream; wish: LogWish; ended: () => boolean; signal: AbortSignal },
): Promise<{ from: number; total: number; text: Readable } | null> {
  const path = await files.find(id, asked.executor, asked.stream);
  return path === null ? null : openDriverLog(path, asked);
}

/** The executors of an application that has ended, as far as their logs tell: the rest went with its driver. */
export async function executorsOfFiles(files: ExecutorLogFiles, id: number): Promise<SessionExecutor[]> {
  const nothing = {
    cores: 0,
    memoryUsedBytes: 0,
    memoryTotalBytes: 0,
    activeTasks: 0,
    completedTasks: 0,
    failedTasks: 0,
  };
  const unknown = { host: '', active: false, ...nothing, addedAt: null, removedAt: null, removeReason: null };
  return (await files.list(id)).map((executor) => ({ id: executor, ...unknown, logs: [...executorStream.options] }));
}
