import type { Execution } from '@emberlab/contract';

export type RunDay = { readonly day: string; readonly runs: readonly Execution[] };

const dayOf = (at: number): string => new Date(at).toDateString();
const dayMs = 24 * 3_600_000;

/** What a day is called beside today: `Today`, `Yesterday`, `Saturday, 31 January 2026`. */
export function dayLabel(at: number, now: number): string {
  const label = new Intl.DateTimeFormat('en-GB', { dateStyle: 'full' }).format(at);
  if (dayOf(at) === dayOf(now)) return `Today, ${label}`;
  return dayOf(at) === dayOf(now - dayMs) ? `Yesterday, ${label}` : label;
}

/** Runs by the days, of the reader's own zone, on which they were asked for, in the order in which they come. */
export function byDay(runs: readonly Execution[]): RunDay[] {
  const days = new Map<string, Execution[]>();
  for (const run of runs) {
    const day = dayOf(Date.parse(run.createdAt));
    days.set(day, [...(days.get(day) ?? []), run]);
  }
  return [...days].map(([day, of]) => ({ day, runs: of }));
}
