import { mostCaughtUp, type ScheduleMissed } from '@emberlab/contract';
import type { Times } from './times.ts';

/** What a schedule says, as its times are computed from. No run is due before `start` or after `end`. */
export type Plan = {
  readonly times: Times;
  readonly start: number | null;
  readonly end: number | null;
  readonly missed: ScheduleMissed;
};

/** A run that is due: for the time `at`, and what came to pass since the time before. */
export type DueRun = {
  readonly at: number;
  readonly windowStart: number;
  /** it comes later than it should, after a time in which nobody looked */
  readonly late: boolean;
};

/** Times that have gone by without a run of their own. */
export type LeftOut = {
  /** null: more than are caught up at most, and nobody has counted them */
  readonly count: number | null;
  readonly first: number;
  readonly last: number;
};

type Due = {
  /** in their order */
  readonly runs: readonly DueRun[];
  readonly leftOut: LeftOut | null;
  /** the last time that this is about; the next look goes on after it */
  readonly handled: number;
};

/** A run is late, and so a missed one, when it could not be started for so long after its time, ms: a restart takes no longer. */
export const graceMs = 5 * 60_000;

/** The first time of a plan after a moment; null: there is none. */
export function nextOf(plan: Omit<Plan, 'missed'>, after: number): number | null {
  const next = plan.times.next(plan.start === null ? after : Math.max(after, plan.start - 1));
  return next === null || (plan.end !== null && next > plan.end) ? null : next;
}

/** The next times after a moment, `most` at most. */
export function nextRuns(plan: Omit<Plan, 'missed'>, after: number, most: number): number[] {
  const runs: number[] = [];
  for (let next = nextOf(plan, after); next !== null && runs.length < most; next = nextOf(plan, next)) runs.push(next);
  return runs;
}

/** The time before one of a schedule, at which its window begins. */
export const windowStartOf = (times: Times, at: number): number => times.upTo(at - 1, 1)[0] ?? at;

/** Runs for these times, one after the other as they are in the schedule. */
const asRuns = (times: Times, ats: readonly number[], late: (at: number) => boolean): DueRun[] =>
  ats.map((at, i) => ({ at, windowStart: ats[i - 1] ?? windowStartOf(times, at), late: late(at) }));

/**
 * What has come due since the time `last`, which was handled before. The same moments looked at in other steps give the same runs under `all`: who looks again after a
 * crash, with what was written down before it, misses nothing and repeats nothing.
 */
export function dueOf(plan: Plan, last: number, now: number): Due {
  const first = nextOf(plan, last);
  if (first === null || first > now) return { runs: [], leftOut: null, handled: last };
  const forward = [first, ...timesUpTo(plan, first, now)];
  const more = forward.length > mostCaughtUp;
  const until = plan.end === null ? now : Math.min(now, plan.end);
  const ats = more ? plan.times.upTo(until, mostCaughtUp) : forward;
  const latest = ats.at(-1) ?? first;
  const late = (at: number): boolean => at !== latest || now - at > graceMs;
  const handled = latest;
  if (plan.missed === 'one') {
    // One run stands for all of them: what came to pass in their time is its to see to.
    const windowStart = windowStartOf(plan.times, first);
    return { runs: [{ at: latest, windowStart, late: latest !== first || late(latest) }], leftOut: null, handled };
  }
  const all = asRuns(plan.times, ats, late);
  if (plan.missed === 'all') {
    const leftOut = more ? { count: null, first, last: all[0]?.windowStart ?? latest } : null;
    return { runs: all, leftOut, handled };
  }
  const runs = all.filter((run) => !run.late);
  const missed = all.findLast((run) => run.late);
  const count = more ? null : all.length - runs.length;
  return { runs, leftOut: missed === undefined ? null : { count, first, last: missed.at }, handled };
}

/** The times after one, up to a moment: one more than are caught up at most, so that too many are seen. */
function timesUpTo(plan: Plan, after: number, moment: number): number[] {
  const found: number[] = [];
  for (let next = nextOf(plan, after); next !== null && next <= moment; next = nextOf(plan, next)) {
    found.push(next);
    if (found.length > mostCaughtUp) break;
  }
  return found;
}

/** All times of a range, both ends included; null: there are more than `most`. */
export function timesWithin(times: Times, from: number, to: number, most: number): number[] | null {
  const found: number[] = [];
  for (let next = times.next(from - 1); next !== null && next <= to; next = times.next(next)) {
    if (found.length === most) return null;
    found.push(next);
  }
  return found;
}
