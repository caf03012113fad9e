import { useSyncExternalStore } from 'react';

const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;
let now = Date.now();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (timer === undefined) {
    now = Date.now();
    timer = setInterval(() => {
      now = Date.now();
      for (const each of listeners) each();
    }, 1000);
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** The present time, told anew every `everyMs` (in whole seconds); one timer serves the whole page. */
export function useNow(everyMs: number): number {
  return useSyncExternalStore(subscribe, () => {
    // Without listeners no tick has kept `now` up to date.
    if (timer === undefined) now = Math.max(now, Math.floor(Date.now() / 1000) * 1000);
    return Math.floor(now / everyMs) * everyMs;
  });
}
