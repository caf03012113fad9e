import { Cron } from 'croner';
import { zoneOf, type Zone } from './zone.ts';

/** The times of a schedule. Moments are milliseconds since the epoch. */
export type Times = {
  /** The first time after a moment; null: there is none. */
  next(after: number): number | null;
  /** The last times up to a moment, that moment included, the oldest first: at most `most`. */
  upTo(moment: number, most: number): number[];
};

/** Throws the library's errors for what is no expression; `problems.ts` says them in sentences. Its times are those that clocks show. */
export const parseCron = (cron: string): Cron => new Cron(cron, { mode: '5-part', paused: true, utcOffset: 0 });

/**
 * The times of a cron expression on the clocks of a time zone. Where these are put forward, a time of the day that does not exist comes at the first moment after
 * the gap, and where they are put back, one that exists twice comes once, the first time. Expressions that go on through the day, with `*` or a step in their minute or
 * hour, have no times in the gap, and those of the repeated hour twice: every ten minutes stays every ten minutes. (docs/decisions/0026-schedules.md)
 */
export function timesOf(cron: string, timezone: string): Times {
  const parsed = parseCron(cron);
  const walls: Walls = (after) => parsed.nextRun(new Date(after))?.getTime() ?? null;
  const zone = zoneOf(timezone);
  const goesOn = /[*?/]/.test(cron.trim().split(/\s+/).slice(0, 2).join(''));
  const next = (after: number): number | null =>
    goesOn ? nextOfInterval(walls, zone, after) : nextOfDay(walls, zone, after);
  return { next, upTo: (moment, most) => backFrom(next, moment, most) };
}

/** The next wall time that an expression has. */
type Walls = (after: number) => number | null;

function nextOfDay(walls: Walls, zone: Zone, after: number): number | null {
  for (let wall = walls(zone.wallAt(after)); wall !== null; wall = walls(wall)) {
    const moment = zone.firstAt(wall) ?? zone.afterGap(wall);
    // In the repeated hour: its times have been.
    if (moment > after) return moment;
  }
  return null;
}

function nextOfInterval(walls: Walls, zone: Zone, after: number): number | null {
  for (let from = after; ;) {
    const here = zone.wallAt(from);
    const wall = walls(here);
    let put = zone.putWithin(from);
    const moment = wall === null ? null : from + (wall - here);
    if (put === null) {
      if (wall === null || moment === null) return null;
      // Nobody puts the clocks soon, and none of the times between is met: what they show then is what they show first.
      const met = zone.wallAt(moment) === wall ? moment : zone.firstAt(wall);
      if (met !== null) return met;
      put = zone.afterGap(wall);
    } else if (moment !== null && moment < put) {
      return moment;
    }
    const shown = zone.wallAt(put);
    if (walls(shown - 1) === shown) return put;
    from = put;
  }
}

/** No schedule of ours has a longer pause: a 29 February that is a Monday, say, comes after 40 years at most. */
const longestPauseMs = 41 * 366 * 86_400_000;
/** More times at once are not looked for: a day of each minute after a pause of years has so many that it would take minutes. */
const mostInPiece = 1000;

/** Goes back piece by piece, through each of them forward: so the times are the very ones that were ahead before. */
function backFrom(next: Times['next'], moment: number, most: number): number[] {
  const ahead = next(moment);
  let span = Math.max(60_000, ahead === null ? 0 : ahead - moment);
  let found: number[] = [];
  let since = moment;
  for (let end = moment; found.length < most && since - end <= longestPauseMs;) {
    const piece = between(next, end - span, end);
    if (piece === null) {
      span = Math.ceil(span / 16);
      continue;
    }
    found = [...piece, ...found];
    since = piece[0] ?? since;
    end -= span;
    if (piece.length < most) span *= 2;
  }
  return found.slice(Math.max(0, found.length - most));
}

/** The times after one moment up to another; null: there are more than are looked for at once. */
function between(next: Times['next'], from: number, to: number): number[] | null {
  const found: number[] = [];
  for (let at = next(from); at !== null && at <= to; at = next(at)) {
    if (found.length === mostInPiece) return null;
    found.push(at);
  }
  return found;
}
