/**
 * Runs `step` over and over until closed: after every `wake()`, and at least every `intervalMs`. Never two at once; a wake during a run causes
 * one more. Errors go to `onError` and do not end the loop.
 */
export function createLoop(options: {
  step: (signal: AbortSignal) => Promise<void>;
  intervalMs: number;
  onError: (error: unknown) => void;
}): { wake(): void; close(): Promise<void> } {
  const stop = new AbortController();
  let wakeUp: () => void = () => undefined;
  let pending = true;

  const sleep = () =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, options.intervalMs);
      timer.unref();
      wakeUp = () => {
        clearTimeout(timer);
        resolve();
      };
      if (pending || stop.signal.aborted) wakeUp();
    });

  const run = async () => {
    while (!stop.signal.aborted) {
      pending = false;
      try {
        await options.step(stop.signal);
      } catch (error) {
        if (!stop.signal.aborted) options.onError(error);
      }
      if (!stop.signal.aborted) await sleep();
    }
  };
  const running = run();
  return {
    wake() {
      pending = true;
      wakeUp();
    },
    async close() {
      stop.abort(new Error('closed'));
      wakeUp();
      await running;
    },
  };
}

/** Runs tasks with the same key one after the other; tasks of different keys run at the same time. */
export function createKeyedQueue(): <T>(key: string, task: () => Promise<T>) => Promise<T> {
  const tails = new Map<string, Promise<unknown>>();
  return (key, task) => {
    const before = tails.get(key) ?? Promise.resolve();
    const result = before.then(task, task);
    const tail = result.then(
      () => undefined,
      () => undefined,
    );
    tails.set(key, tail);
    void tail.then(() => {
      if (tails.get(key) === tail) tails.delete(key);
    });
    return result;
  };
}
