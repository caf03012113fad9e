import type { Clock } from '../../lib/clock.ts';

export type Changes = ReturnType<typeof createChanges>;

/** Lets requests wait for a change of a session or a statement, by key, instead of asking again and again. */
export function createChanges(clock: Clock) {
  const listeners = new Map<string, Set<() => void>>();
  let closed = false;

  const listen = (key: string, listener: () => void): (() => void) => {
    const all = listeners.get(key) ?? new Set();
    listeners.set(key, all.add(listener));
    return () => {
      all.delete(listener);
      if (all.size === 0 && listeners.get(key) === all) listeners.delete(key);
    };
  };

  return {
    listen,

    notify(key: string): void {
      for (const listener of listeners.get(key) ?? []) listener();
    },

    /**
     * Reads until `done`, again after each change, at most for `ms`; answers what was read last. Ends early when `signal` aborts or everything
     * closes. Listens before it reads, so that no change falls in between.
     */
    async hold<T>(options: {
      key: string;
      ms: number;
      signal: AbortSignal;
      read: () => Promise<T>;
      done: (value: T) => boolean;
    }): Promise<T> {
      let over = false;
      let changed = false;
      let wake = () => {};
      const stop = listen(options.key, () => {
        changed = true;
        wake();
      });
      const end = () => {
        over = true;
        wake();
      };
      const cancelTimer = clock.after(options.ms, end);
      options.signal.addEventListener('abort', end, { once: true });
      try {
        for (;;) {
          changed = false;
          const value = await options.read();
          if (over || closed || options.signal.aborted || options.done(value)) return value;
          if (!changed) await new Promise<void>((resolve) => (wake = resolve));
          wake = () => {};
        }
      } finally {
        stop();
        cancelTimer();
        options.signal.removeEventListener('abort', end);
      }
    },

    /** How many wait: none may stay behind. */
    waiting: () => [...listeners.values()].reduce((sum, all) => sum + all.size, 0),

    /** Ends all waits, also later ones. */
    close(): void {
      closed = true;
      for (const key of listeners.keys()) this.notify(key);
    },
  };
}

export const sessionKey = (id: number): string => `session ${id}`;
/** A statement's output and progress on their way, which change more often than anybody asks for the statement itself. */
export const outputKey = (sessionId: number, id: number): string => `output ${sessionId} ${id}`;
export const statementKey = (sessionId: number, id: number): string => `statement ${sessionId} ${id}`;
