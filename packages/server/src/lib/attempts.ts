import type { Clock } from './clock.ts';

/** Counts failures by key within a window of time. Bounded: with too many keys the oldest is forgotten. */
export type AttemptLimiter = {
  /** Whether the key has used up its failures. */
  isExhausted(key: string): boolean;
  fail(key: string): void;
  /** Forgets the key's failures, as after a success. */
  succeed(key: string): void;
};

export function createAttemptLimiter(options: {
  clock: Clock;
  max: number;
  windowMs: number;
  maxKeys?: number;
}): AttemptLimiter {
  const { clock, max, windowMs, maxKeys = 10_000 } = options;
  const failures = new Map<string, { count: number; until: number }>();
  const current = (key: string) => {
    const found = failures.get(key);
    return found !== undefined && found.until > clock.now() ? found : null;
  };
  return {
    isExhausted: (key) => (current(key)?.count ?? 0) >= max,
    fail(key) {
      const found = current(key) ?? { count: 0, until: clock.now() + windowMs };
      found.count += 1;
      // taken out first: a Map keeps the order of insertion, and the first is the oldest
      failures.delete(key);
      failures.set(key, found);
      const [oldest] = failures.keys();
      if (failures.size > maxKeys && oldest !== undefined) failures.delete(oldest);
    },
    succeed: (key) => void failures.delete(key),
  };
}
