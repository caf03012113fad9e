import { createLoop } from './lifecycle.ts';

/** How many are looked at in one look. */
const mostAtOnce = 500;

export type Turns<Id> = {
  /** There is something to do for one, or, without an id, for any. */
  wake(id?: Id): void;
  close(): Promise<void>;
};

/** What a step looks at: those that were woken by their ids and, where `all` is true, any of them. */
export type Woken<Id> = { readonly ids: ReadonlySet<Id>; readonly all: boolean };

/**
 * A loop over things of which few change at a time: `step` is given the ids of those that were woken, and is asked to look at all at least every `intervalMs`. So a change costs as much beside five
 * thousand others as beside ten. Never two steps at once; what is woken during one is in the next. Errors go to `onError`, and the next step has the same ids again.
 */
export function createTurns<Id>(options: {
  step: (signal: AbortSignal, woken: Woken<Id>) => Promise<void>;
  intervalMs: number;
  onError: (error: unknown) => void;
}): Turns<Id> {
  let woken = new Set<Id>();
  let everybody = true;
  let allAt = 0;
  const loop = createLoop({
    ...options,
    async step(signal) {
      const ids = woken;
      const now = performance.now();
      const all = everybody || now - allAt >= options.intervalMs;
      woken = new Set();
      everybody = false;
      if (all) allAt = now;
      try {
        await options.step(signal, { ids, all });
      } catch (error) {
        for (const id of ids) woken.add(id);
        everybody ||= all;
        throw error;
      }
    },
  });
  return {
    wake(id) {
      if (id === undefined) everybody = true;
      else woken.add(id);
      loop.wake();
    },
    close: () => loop.close(),
  };
}

export type Rounds<T> = {
  /** Those whose turn it is. `ends`: with them all have been looked at once since the round began */
  next(): Promise<{ readonly some: readonly T[]; readonly ends: boolean }>;
};

/**
 * Goes through all things again and again, `most` at a time, in the order of their ids: what looking at them takes at rest is bounded, and with more of them each is looked at less often. `list` answers the first
 * `most` after an id, or from the beginning.
 */
export function createRounds<T extends { readonly id: string | number }>(
  list: (after: T['id'] | null, most: number) => Promise<readonly T[]>,
  most = mostAtOnce,
): Rounds<T> {
  let last: T['id'] | null = null;
  return {
    async next() {
      const some = await list(last, most);
      const ends = some.length < most;
      last = ends ? null : (some.at(-1)?.id ?? null);
      return { some, ends };
    },
  };
}
