import type { ServerTime } from '@emberlab/contract';

const hourMs = 3_600_000;
/** Less than this is not worth to be called more time. */
const leastMs = 60_000;

/** When the time of a server is over that runs from `now` on; ms since the epoch. */
export const firstEnd = (now: number, { hours }: ServerTime): number => now + hours * hourMs;

/**
 * The end of a server, `stopsAt`, with so many hours added, as far as the platform allows; null: there is no time to add any more. One without a limit
 * (null) gets one, counted from now.
 */
export function extendedEnd(stopsAt: number | null, hours: number, now: number, time: ServerTime): number | null {
  const wanted = Math.max(stopsAt ?? now, now) + hours * hourMs;
  const end = Math.min(wanted, now + time.mostHours * hourMs);
  return stopsAt !== null && end < stopsAt + leastMs ? null : end;
}
