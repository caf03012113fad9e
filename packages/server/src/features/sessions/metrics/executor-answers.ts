import { executorStream, sessionExecutor, type ExecutorStream, type SessionExecutor } from '@emberlab/contract';
import { z } from 'zod';
import { toInstantOrNull } from '../../../lib/clock.ts';
import { cut } from '../model.ts';

/** What drivers answer about their executors: see docs/developer/agent-protocol.md. They may run anybody's code, so nothing is believed to be short. */

const count = z.number().int().min(0);
/** The last moment that an instant can name; a driver's clock may say anything. */
export const latest = Date.parse('9999-12-31T23:59:59.999Z');
const time = z
  .number()
  .int()
  .min(0)
  .transform((ms) => Math.min(ms, latest))
  .nullable()
  // One odd time is no reason to show no executor.
  .catch(null);
const mostExecutors = 1000;

/** Where logs are shown. An address that is longer than any is none. */
const page = z.string().max(2000).optional().catch(undefined);
export const logPages = z.object({ stdout: page, stderr: page });

const executor = z.object({
  id: cut(100),
  host: cut(300),
  active: z.boolean(),
  cores: count,
  memoryUsedBytes: z.number().min(0),
  memoryTotalBytes: z.number().min(0),
  activeTasks: count,
  completedTasks: count,
  failedTasks: count,
  addedAt: time,
  removedAt: time,
  removeReason: cut(1000).nullable(),
  logs: z.array(executorStream).max(executorStream.options.length),
  pages: logPages.catch({}),
});

/** An executor, and where Spark says that its logs are shown. A driver says so, so nothing of ours asks there. */
export type ListedExecutor = SessionExecutor & { readonly pages: LogPages };
/** The same for people. */
export const withoutPages = (one: ListedExecutor): SessionExecutor => sessionExecutor.parse(one);
export type LogPages = { readonly [S in ExecutorStream]?: string | undefined };

/** Executors, with where their logs are shown; null: that was no answer to this question. */
export function readExecutors(answer: unknown): ListedExecutor[] | null {
  const parsed = z.array(z.unknown()).safeParse(answer);
  const all = z.array(executor).safeParse(parsed.data?.slice(0, mostExecutors));
  if (!all.success) return null;
  return all.data.map((one) => ({
    ...one,
    addedAt: toInstantOrNull(one.addedAt),
    removedAt: toInstantOrNull(one.removedAt),
  }));
}

/** A piece of a log: its text, and which bytes of how many it was. */
export type LogPiece = { readonly text: string; readonly from: number; readonly to: number; readonly total: number };

const position = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const piece = z
  .object({ text: cut(4 * 1024 * 1024), from: position, to: position, total: position })
  .refine(({ from, to, total }) => from <= to && to <= total)
  // A byte that is no UTF-8 has become a character of three.
  .refine(({ text, from, to }) => Buffer.byteLength(text) <= 3 * (to - from));

/** null: that was no answer to this question. */
export const readLogPiece = (answer: unknown): LogPiece | null => piece.safeParse(answer).data ?? null;
