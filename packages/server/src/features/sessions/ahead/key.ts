import { createHash } from 'node:crypto';
import type { SessionRequest } from '../model.ts';

/**
 * What a driver is like, as a short word: the same for two requests that want the same of Spark in the same environment, in whatever order they say
 * it. `python` is that of the environment's revision.
 */
export function aheadKey(request: SessionRequest, python: string): string {
  return createHash('sha256')
    .update(JSON.stringify([python, sorted(request)]))
    .digest('hex');
}

/** The same value with the keys of all objects in order; lists stay as they are. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}
