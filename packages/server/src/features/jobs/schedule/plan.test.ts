import { mostCaughtUp, type ScheduleMissed } from '@emberlab/contract';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dueOf, graceMs, nextRuns, timesWithin, type DueRun, type Plan } from './plan.ts';
import { timesOf } from './times.ts';

const minute = 60_000;
const hour = 60 * minute;
const at = (text: string) => Date.parse(`${text}Z`);
const plan = (cron: string, missed: ScheduleMissed, bounds: Partial<Pick<Plan, 'start' | 'end'>> = {}): Plan => ({
  times: timesOf(cron, 'Europe/Berlin'),
  start: null,
  end: null,
  missed,
  ...bounds,
});
const hourly = '0 * * * *';

/** Looks at these moments, each time with what is remembered of the look before. */
function looks(of: Plan, last: number, moments: readonly number[]): DueRun[] {
  const runs: DueRun[] = [];
  let handled = last;
  for (const moment of moments) {
    const due = dueOf(of, handled, moment);
    runs.push(...due.runs);
    ({ handled } = due);
  }
  return runs;
}

const zones = ['Europe/Berlin', 'America/Havana', 'Australia/Lord_Howe', 'America/Nuuk', 'Africa/Casablanca', 'UTC'];
const crons = [hourly, '*/20 * * * *', '30 2 * * *', '15 0,2,23 * * *', '0 */5 * * 1-5', '0 6 1 * *'];
const year = { from: at('2025-01-01T00:00'), to: at('2027-01-01T00:00') };
const someMoment = fc.integer({ min: year.from / minute, max: year.to / minute }).map((minutes) => minutes * minute);

describe('what is due of a schedule', () => {
  it('is under "all" each time once, in order, within its bounds, however often and whenever one looks', () => {
    const scenario = fc.record({
      zone: fc.constantFrom(...zones),
      cron: fc.constantFrom(...crons),
      begin: someMoment,
      pauses: fc.array(fc.integer({ min: 1, max: 4000 }), { minLength: 1, maxLength: 12 }),
      start: fc.option(fc.integer({ min: -4000, max: 9000 })),
      end: fc.option(fc.integer({ min: 0, max: 20_000 })),
    });
    fc.assert(
      fc.property(scenario, ({ zone, cron, begin, pauses, start, end }) => {
        const of: Plan = {
          times: timesOf(cron, zone),
          start: start === null ? null : begin + start * minute,
          end: end === null ? null : begin + end * minute,
          missed: 'all',
        };
        let now = begin;
        const moments = pauses.map((minutes) => (now += minutes * minute));
        const runs = looks(of, begin, moments);
        const expected: number[] = [];
        for (let next = of.times.next(begin); next !== null && next <= now; next = of.times.next(next)) {
          if (next >= (of.start ?? -Infinity) && next <= (of.end ?? Infinity)) expected.push(next);
        }
        expect(runs.map((run) => run.at)).toEqual(expected);
        // Their windows lie side by side: what is between two runs belongs to one of them.
        for (const [i, run] of runs.entries()) {
          expect(run.windowStart).toBe(runs[i - 1]?.at ?? of.times.upTo(run.at - 1, 1)[0]);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('is never twice and never out of order under any rule, and the last time that is due in time is never left out', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.constantFrom(...crons),
        fc.constantFrom<ScheduleMissed>('skip', 'one', 'all'),
        someMoment,
        fc.array(fc.integer({ min: 0, max: 3000 }), { minLength: 1, maxLength: 10 }),
        (zone, cron, missed, begin, pauses) => {
          const of: Plan = { times: timesOf(cron, zone), start: null, end: null, missed };
          let now = begin;
          const ats = looks(
            of,
            begin,
            pauses.map((minutes) => (now += minutes * minute)),
          ).map((run) => run.at);
          expect(ats).toEqual([...new Set(ats)].toSorted((a, b) => a - b));
          const latest = of.times.upTo(now, 1)[0] ?? 0;
          const isInTime = latest > begin && now - latest <= graceMs;
          expect(ats.at(-1)).toBe(isInTime ? latest : ats.at(-1));
        },
      ),
      { numRuns: 60 },
    );
  });

  const [before, now] = [at('2026-06-01T00:00'), at('2026-06-01T05:01')];

  it('is under "skip" only what comes in time; the rest is named', () => {
    expect(dueOf(plan(hourly, 'skip'), before, now)).toEqual({
      runs: [{ at: at('2026-06-01T05:00'), windowStart: at('2026-06-01T04:00'), late: false }],
      leftOut: { count: 4, first: at('2026-06-01T01:00'), last: at('2026-06-01T04:00') },
      handled: at('2026-06-01T05:00'),
    });
    expect(dueOf(plan(hourly, 'skip'), before, at('2026-06-01T05:30'))).toMatchObject({
      runs: [],
      leftOut: { count: 5 },
    });
  });

  it('is under "one" the last time alone, whose window is all the time since the last run', () => {
    const one = (last: number, moment: number) => dueOf(plan(hourly, 'one'), last, moment).runs;
    expect(one(before, now)).toEqual([{ at: at('2026-06-01T05:00'), windowStart: before, late: true }]);
    // Nothing was missed before it.
    expect(one(at('2026-06-01T04:00'), now)).toMatchObject([{ windowStart: at('2026-06-01T04:00'), late: false }]);
    expect(one(at('2026-06-01T04:00'), at('2026-06-01T05:30'))).toMatchObject([{ late: true }]);
  });

  it('is under "all" the last 500 times where there are more, and from when to when others were left out is named', () => {
    const long = dueOf(plan(hourly, 'all'), before, before + 1000 * hour);
    expect(long.runs).toHaveLength(mostCaughtUp);
    expect(long.runs.at(-1)?.at).toBe(before + 1000 * hour);
    expect(long.leftOut).toEqual({ count: null, first: before + hour, last: before + 500 * hour });
    expect(dueOf(plan(hourly, 'all'), before, before + 500 * hour)).toMatchObject({ leftOut: null });
  });

  it('is nothing before its start, after its end, and while the time has not come', () => {
    const bounds = { start: at('2026-06-01T03:00'), end: at('2026-06-01T04:00') };
    const of = plan(hourly, 'all', bounds);
    expect(dueOf(of, before, at('2026-06-01T02:59')).runs).toEqual([]);
    expect(dueOf(of, before, now).runs.map((run) => run.at)).toEqual([bounds.start, bounds.end]);
    expect(dueOf(of, bounds.end, now)).toEqual({ runs: [], leftOut: null, handled: bounds.end });
    // Somebody has put the machine's clock back.
    expect(dueOf(of, now, before)).toEqual({ runs: [], leftOut: null, handled: now });
  });
});

describe('the next runs of a schedule', () => {
  it('lie between its start and its end', () => {
    const of = plan('0 2 * * *', 'one', { start: at('2026-06-01T00:00'), end: at('2026-06-03T00:00') });
    expect(nextRuns(of, at('2026-05-01T12:00'), 5)).toEqual([
      at('2026-06-01T00:00'),
      at('2026-06-02T00:00'),
      at('2026-06-03T00:00'),
    ]);
    expect(nextRuns(of, at('2026-06-03T00:00'), 5)).toEqual([]);
  });
});

describe('the times within a range', () => {
  it('are those at its ends, too, and none where they are too many', () => {
    const { times } = plan(hourly, 'one');
    const from = at('2026-06-01T00:00');
    expect(timesWithin(times, from, from + 2 * hour, 3)).toEqual([from, from + hour, from + 2 * hour]);
    expect(timesWithin(times, from, from + 3 * hour, 3)).toBeNull();
    expect(timesWithin(times, from + 1, from + hour - 1, 3)).toEqual([]);
  });
});
