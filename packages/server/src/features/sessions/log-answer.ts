import type { Readable } from 'node:stream';
import { mergedLog, type LogFiles } from './log.ts';

/** How much of a long log the dashboard gets to begin with. */
export const maxLogBytes = 2 * 1024 * 1024;

/** What says whether that which writes a log still lives. */
type Life = {
  signal: AbortSignal;
  /** calls `listener` at every change until the answered function is called */
  onChange(listener: () => void): () => void;
  isLive(): Promise<boolean>;
};

/** Answers whether it is over; looked at anew whenever something has changed, until `signal` aborts. */
export function watchEnd({ signal, onChange, isLive }: Life): () => boolean {
  let ended = false;
  const look = async () => {
    // What can't be asked for now is asked for again at the next change. What has ended stays so, even if an answer from before comes after the one that says it.
    const live = await isLive().catch(() => true);
    ended ||= !live;
  };
  const stop = onChange(() => void look());
  void look();
  if (signal.aborted) stop();
  else signal.addEventListener('abort', stop, { once: true });
  return () => ended;
}

/** The log of a driver for the dashboard. Followed, it goes on until `isLive` says no. */
export function driverLog(files: LogFiles, options: Life & { follow: boolean }): Readable {
  const { follow, signal } = options;
  return mergedLog(files, { follow, maxBytes: maxLogBytes, signal, ended: watchEnd(options) });
}
