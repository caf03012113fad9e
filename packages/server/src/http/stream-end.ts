import type { ServerResponse } from 'node:http';
import type { Clock } from '../lib/clock.ts';

/** With the time that asking takes, a stream outlives the right behind it by less than 5 s. */
const askEveryMs = 3000;

/**
 * For an answer that goes on for long: asks every few seconds whether it may, and cuts its connection when not. A question that fails counts as a no:
 * the client comes back and is told why. The signal aborts with the connection, whoever ended it.
 */
export function watchStream(raw: ServerResponse, mayGoOn: () => Promise<boolean>, clock: Clock): AbortSignal {
  const ended = new AbortController();
  // The client left while its right was being checked: no event will say so any more.
  if (raw.destroyed) {
    ended.abort();
    return ended.signal;
  }
  let cancel: () => void = () => undefined;
  const askLater = () => {
    cancel = clock.after(askEveryMs, () => void ask());
  };
  const ask = async () => {
    const goesOn = await mayGoOn().catch(() => false);
    if (ended.signal.aborted) return;
    if (goesOn) return askLater();
    ended.abort();
    raw.destroy();
  };
  raw.once('close', () => {
    cancel();
    ended.abort();
  });
  askLater();
  return ended.signal;
}
