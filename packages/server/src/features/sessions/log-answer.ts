import type { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { mergedLog, type LogFiles } from './log.ts';

/** How much of a long log the dashboard gets to begin with. */
const maxLogBytes = 2 * 1024 * 1024;

/** Answers text as it comes. */
export const sendText = (reply: FastifyReply, text: Readable): FastifyReply =>
  reply
    .header('x-content-type-options', 'nosniff')
    .header('cache-control', 'no-store')
    .type('text/plain; charset=utf-8')
    .send(text);

/** The log of a driver for the dashboard. Followed, it goes on until `isLive` says no, which is asked whenever something has changed. */
export function driverLog(
  files: LogFiles,
  options: {
    follow: boolean;
    signal: AbortSignal;
    /** calls `listener` at every change until the answered function is called */
    onChange(listener: () => void): () => void;
    isLive(): Promise<boolean>;
  },
): Readable {
  const { follow, signal } = options;
  let ended = false;
  const look = async () => {
    // What can't be asked for now is asked for again at the next change.
    ended = !(await options.isLive().catch(() => true));
  };
  const stop = options.onChange(() => void look());
  void look();
  if (signal.aborted) stop();
  else signal.addEventListener('abort', stop, { once: true });
  return mergedLog(files, { follow, maxBytes: maxLogBytes, signal, ended: () => ended });
}
