import type { Clock } from './clock.ts';

/** A difference below this is the clock being kept right little by little, or our own slowness between two readings. */
const toleranceMs = 30_000;

/**
 * Tells by how many ms the clock was set since the last call: 0 almost always; when somebody puts it right, or the machine wakes from a sleep, the
 * difference between the time it shows and the time that went by.
 */
export function createClockWatch(clock: Clock): () => number {
  let shown = clock.now();
  let gone = clock.steady();
  return () => {
    const [now, steady] = [clock.now(), clock.steady()];
    const setBy = Math.round(now - shown - (steady - gone));
    shown = now;
    gone = steady;
    return Math.abs(setBy) < toleranceMs ? 0 : setBy;
  };
}
