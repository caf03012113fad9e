import type { Clock } from './clock.ts';

/**
 * A clock for tests: time stands still until `advance` moves it, which runs what is due, in order. `set` is what somebody does who puts the clock
 * right: no time has gone by.
 */
export function fakeClock(
  start = Date.UTC(2026, 0, 1),
): Clock & { advance(ms: number): void; set(to: number): void; waiting(): number } {
  let now = start;
  let setBy = 0;
  const due = new Map<symbol, { at: number; run: () => void }>();
  return {
    now: () => now + setBy,
    steady: () => now - start,
    after(ms, run) {
      const key = Symbol('timer');
      due.set(key, { at: now + ms, run });
      return () => void due.delete(key);
    },
    advance(ms) {
      const end = now + ms;
      for (;;) {
        const next = [...due].filter(([, timer]) => timer.at <= end).toSorted(([, a], [, b]) => a.at - b.at)[0];
        if (next === undefined) break;
        due.delete(next[0]);
        now = next[1].at;
        next[1].run();
      }
      now = end;
    },
    set: (to) => void (setBy = to - now),
    waiting: () => due.size,
  };
}
