import { Readable } from 'node:stream';
import { followLog } from '../../../lib/log-file.ts';
import { openPlain } from '../../../lib/plain-file.ts';
import type { LogWish } from './executor-log.ts';

/** The same where the log is a file here, as that of drivers is. An absent one is empty. */
export async function openDriverLog(
  path: string,
  options: { wish: LogWish; ended: () => boolean; signal: AbortSignal },
): Promise<{ from: number; total: number; text: Readable }> {
  const { from, size, follow } = options.wish;
  // Members write these, and may have put a link in its place.
  const file = await openPlain(path, 'read');
  const total = file === null ? 0 : (await file.stat()).size;
  if (follow || from === null) {
    await file?.close();
    const text = followLog(path, { ...options, follow, maxBytes: size });
    return { from: Math.max(0, total - size), total, text };
  }
  const end = Math.min(from + size, total);
  if (file !== null && end > from) return { from, total, text: file.createReadStream({ start: from, end: end - 1 }) };
  await file?.close();
  return { from, total, text: Readable.from([]) };
}
