import type { Clock } from './clock.ts';

export type Aside = {
  /** Does something, unless what has the same key still goes on. Resolves when it is done, or after a moment. `task` never fails. */
  run(key: string, task: () => Promise<void>): Promise<void>;
  /** Resolves when nothing goes on any more. */
  settled(): Promise<void>;
};

/**
 * What may have to ask somebody elsewhere, such as a cluster, is waited for `patienceMs` at most: one that does not answer, or has much to say, keeps nobody else
 * from being looked after.
 */
export function createAside(clock: Clock, patienceMs = 500): Aside {
  const going = new Map<string, Promise<void>>();
  return {
    async run(key, task) {
      if (going.has(key)) return;
      const done = task().finally(() => going.delete(key));
      going.set(key, done);
      let cancel: () => void = () => undefined;
      const patience = new Promise<void>((resolve) => {
        cancel = clock.after(patienceMs, resolve);
      });
      await Promise.race([done, patience]);
      cancel();
    },
    async settled() {
      while (going.size > 0) await Promise.all(going.values());
    },
  };
}
