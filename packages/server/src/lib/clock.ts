/** Time as a parameter: everything that waits or stamps takes one, so that tests turn the hands. */
export type Clock = {
  /** milliseconds since the epoch */
  now(): number;
  /** milliseconds since some moment, of a clock that nobody sets: for what has to last as long as it says */
  steady(): number;
  /** Calls `run` once after `ms`; the returned function calls it off. Never keeps the process alive. */
  after(ms: number, run: () => void): () => void;
};

export const systemClock: Clock = {
  now: () => Date.now(),
  steady: () => performance.now(),
  after(ms, run) {
    // setTimeout takes at most 2^31-1 ms and fires at once above it
    const timer = setTimeout(run, Math.min(ms, 2 ** 31 - 1));
    timer.unref();
    return () => clearTimeout(timer);
  },
};

/** An instant of the contract, from milliseconds since the epoch. */
export const toInstant = (ms: number): string => new Date(ms).toISOString();

/** As `toInstant`, for what may not have happened yet. */
export const toInstantOrNull = (ms: number | null): string | null => (ms === null ? null : toInstant(ms));

/** Resolves after `ms`; rejects with the signal's reason when it aborts first. */
export function delay(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) return reject(signal.reason);
    const onAbort = () => {
      cancel();
      reject(signal?.reason);
    };
    const cancel = clock.after(ms, () => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    });
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
