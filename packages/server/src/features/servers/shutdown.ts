import type { ServerTime } from '@emberlab/contract';

const hourMs = 3_600_000;
/** Less than this is not worth to be called more time. */
const leastMs = 60_000;

/** What the platform allows all servers. */
export type PlatformTime = Omit<ServerTime, 'runHours'>;

/** The same for a member who may let a server run for so many hours in all; null: for as long as it is given more time. */
export const timeFor = (time: PlatformTime, runHours: number | null): ServerTime => ({
  ...time,
  mayBeUnlimited: time.mayBeUnlimited && runHours === null,
  runHours,
});

/** When the time of a server is over that runs from `now` on; ms since the epoch. */
export const firstEnd = (now: number, { hours, runHours }: Pick<ServerTime, 'hours' | 'runHours'>): number =>
  now + Math.min(hours, runHours ?? hours) * hourMs;

/** The latest end of a server that runs since then. */
export const lastEnd = (readyAt: number, { runHours }: Pick<ServerTime, 'runHours'>): number =>
  runHours === null ? Infinity : readyAt + runHours * hourMs;

/**
 * The end of a server, `stopsAt`, with so many hours added, as far as the platform allows; null: there is no time to add any more. One without a limit
 * (null) gets one, counted from now. `latest` is its latest end; one that ends later, since that was set meanwhile, keeps what it has.
 */
export function extendedEnd(
  stopsAt: number | null,
  hours: number,
  now: number,
  { mostHours }: Pick<ServerTime, 'mostHours'>,
  latest = Infinity,
): number | null {
  const wanted = Math.max(stopsAt ?? now, now) + hours * hourMs;
  const end = Math.min(wanted, now + mostHours * hourMs, latest);
  return end < (stopsAt ?? now) + leastMs ? null : end;
}
