import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { followLog } from '../../../lib/log-file.ts';
import type { LogWish } from './executor-log.ts';

/** The same for the driver, whose log is a file here. An absent one is empty. */
export async function openDriverLog(
  path: string,
  options: { wish: LogWish; ended: () => boolean; signal: AbortSignal },
): Promise<{ from: number; total: number; text: Readable }> {
  const { from, size, follow } = options.wish;
  const total = (await stat(path).catch(() => null))?.size ?? 0;
  if (follow || from === null) {
    const text = followLog(path, { ...options, follow, maxBytes: size });
    return { from: Math.max(0, total - size), total, text };
  }
  const end = Math.min(from + size, total);
  const text = end <= from ? Readable.from([]) : createReadStream(path, { start: from, end: end - 1 });
  return { from, total, text };
}
