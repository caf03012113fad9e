import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { timesOf } from './times.ts';

const minute = 60_000;
const day = 24 * 60 * minute;
const iso = (moments: (number | null)[]) =>
  moments.map((moment) => (moment === null ? null : new Date(moment).toISOString().slice(0, 16)));

/** Zones, each with a day on which its clocks are put. */
const puts: readonly (readonly [string, string])[] = [
  ['Europe/Berlin', '2026-03-29'],
  ['Europe/Berlin', '2026-10-25'],
  ['America/New_York', '2026-03-08'],
  ['America/New_York', '2026-11-01'],
  // by half an hour
  ['Australia/Lord_Howe', '2026-04-04'],
  ['Australia/Lord_Howe', '2026-10-03'],
  // at midnight
  ['America/Havana', '2026-03-08'],
  ['America/Havana', '2026-11-01'],
  ['America/Sao_Paulo', '2018-11-04'],
  ['America/Sao_Paulo', '2018-02-18'],
  // over midnight
  ['America/Nuuk', '2025-03-30'],
  ['America/St_Johns', '2011-03-13'],
  ['America/St_Johns', '2011-11-06'],
  // for Ramadan
  ['Africa/Casablanca', '2026-02-15'],
  ['Africa/Casablanca', '2026-03-22'],
  // by two hours
  ['Antarctica/Troll', '2026-03-29'],
  ['Antarctica/Troll', '2026-10-25'],
  // a whole day, which never was
  ['Pacific/Apia', '2011-12-30'],
  ['Asia/Kathmandu', '2026-03-29'],
  ['UTC', '2026-03-29'],
];

type Pattern = { minutes: number[] | '*' | '*/10' | '*/25'; hours: number[] | '*' | '*/3'; weekdays: number[] | '*' };
const some = (most: number) =>
  fc.uniqueArray(fc.nat(most), { minLength: 1, maxLength: 3 }).map((all) => all.toSorted((a, b) => a - b));
const pattern = fc.record<Pattern>({
  minutes: fc.oneof(some(59), fc.constantFrom('*' as const, '*/10' as const, '*/25' as const)),
  // the hours in which clocks are put
  hours: fc.oneof(some(4), some(23), fc.constantFrom([23], [0], '*' as const, '*/3' as const)),
  weekdays: fc.oneof({ weight: 3, arbitrary: fc.constant('*' as const) }, { weight: 1, arbitrary: some(6) }),
});
const asCron = ({ minutes, hours, weekdays }: Pattern) => `${String(minutes)} ${String(hours)} * * ${String(weekdays)}`;
const matches = (field: readonly number[] | string, value: number): boolean => {
  if (typeof field !== 'string') return field.includes(value);
  return field === '*' || value % Number(field.slice(2)) === 0;
};

/** What a clock of the zone shows, minute by minute, by another way than the code's: the parts of a date. */
function clockOf(timezone: string): (moment: number) => number {
  const format = new Intl.DateTimeFormat('en', {
    timeZone: timezone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  });
  return (moment) => {
    const parts = Object.fromEntries(format.formatToParts(moment).map(({ type, value }) => [type, Number(value)]));
    return Date.UTC(parts['year'] ?? 0, (parts['month'] ?? 0) - 1, parts['day'], parts['hour'], parts['minute']);
  };
}

type Minute = { readonly moment: number; readonly wall: number };

/** What the clocks of a zone show in each minute of some days around one, once looked up. */
const minutesAround = remember((timezone: string, date: string): Minute[] => {
  const clock = clockOf(timezone);
  const middle = Date.parse(`${date}T12:00Z`);
  const minutes: Minute[] = [];
  for (let moment = middle - 2 * day; moment <= middle + 1.5 * day; moment += minute) {
    minutes.push({ moment, wall: clock(moment) });
  }
  return minutes;
});

function remember<T>(make: (a: string, b: string) => T): (a: string, b: string) => T {
  const made = new Map<string, T>();
  return (a, b) => {
    const found = made.get(`${a} ${b}`) ?? make(a, b);
    made.set(`${a} ${b}`, found);
    return found;
  };
}

/** All times in these minutes but the first, by looking at each. */
function timesIn(what: Pattern, minutes: readonly Minute[]): number[] {
  const isMet = (wall: number) => {
    const time = new Date(wall);
    return (
      matches(what.minutes, time.getUTCMinutes()) &&
      matches(what.hours, time.getUTCHours()) &&
      matches(what.weekdays, time.getUTCDay())
    );
  };
  const goesOn = typeof what.minutes === 'string' || typeof what.hours === 'string';
  const found: number[] = [];
  let latest = minutes[0]?.wall ?? 0;
  for (const { moment, wall } of minutes.slice(1)) {
    if (goesOn) {
      if (isMet(wall)) found.push(moment);
      continue;
    }
    // Every time that the clock shows for the first time, or is put over, counts at this moment.
    let met = false;
    for (let passed = latest + minute; passed <= wall; passed += minute) met ||= isMet(passed);
    if (met) found.push(moment);
    latest = Math.max(latest, wall);
  }
  return found;
}

describe('the times of a schedule', () => {
  it('are those that looking at every minute finds, in zones and on days on which clocks are put', () => {
    fc.assert(
      fc.property(fc.constantFrom(...puts), pattern, ([timezone, date], what) => {
        const minutes = minutesAround(timezone, date);
        const [first, last] = [minutes[0]?.moment ?? 0, minutes.at(-1)?.moment ?? 0];
        const times = timesOf(asCron(what), timezone);
        const found: number[] = [];
        for (let at = times.next(first); at !== null && at <= last; at = times.next(at)) found.push(at);
        expect(iso(found)).toEqual(iso(timesIn(what, minutes)));
      }),
      { numRuns: 200 },
    );
  });

  it('are the same from wherever one looks, forward and back', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...puts),
        pattern,
        fc.integer({ min: -2000, max: 2000 }),
        fc.integer({ min: 1, max: 20 }),
        ([timezone, date], what, minutes, most) => {
          const times = timesOf(asCron(what), timezone);
          const moment = Date.parse(`${date}T02:00Z`) + minutes * minute;
          const next = times.next(moment);
          const before = times.upTo(moment, most);
          expect(before).toHaveLength(most);
          expect(before.at(-1)).toBeLessThanOrEqual(moment);
          expect(next).toBeGreaterThan(moment);
          const chain: (number | null)[] = before.map((at) => times.next(at));
          expect(chain).toEqual([...before.slice(1), next]);
        },
      ),
      { numRuns: 150 },
    );
  });

  it.each([
    ['30 2 * * *', 'Europe/Berlin', '2026-03-28T12:00Z', ['2026-03-29T01:00', '2026-03-30T00:30']],
    ['30 2 * * *', 'Europe/Berlin', '2026-10-24T12:00Z', ['2026-10-25T00:30', '2026-10-26T01:30']],
    // An evening that the clocks are put over has its run at midnight.
    ['30 23 * * *', 'America/Nuuk', '2025-03-29T12:00Z', ['2025-03-30T01:00', '2025-03-31T00:30']],
    ['*/30 2 * * *', 'Europe/Berlin', '2026-03-28T12:00Z', ['2026-03-30T00:00', '2026-03-30T00:30']],
    [
      '*/30 2 25 10 *',
      'Europe/Berlin',
      '2026-10-25T00:10Z',
      ['2026-10-25T00:30', '2026-10-25T01:00', '2026-10-25T01:30', '2027-10-25T00:00'],
    ],
    ['0 0 29 2 *', 'UTC', '2026-01-01T00:00Z', ['2028-02-29T00:00', '2032-02-29T00:00']],
    // One of both is enough, as cron has it.
    ['0 0 13 * 5', 'UTC', '2026-02-07T00:00Z', ['2026-02-13T00:00', '2026-02-20T00:00']],
    ['0 12 L * *', 'UTC', '2026-02-07T00:00Z', ['2026-02-28T12:00', '2026-03-31T12:00']],
    ['0 0 31 2 *', 'UTC', '2026-01-01T00:00Z', [null]],
  ])('of %s in %s after %s', (cron, timezone, after, expected) => {
    const times = timesOf(cron, timezone);
    const found: (number | null)[] = [];
    for (let at: number | null = Date.parse(after); at !== null && found.length < expected.length;) {
      at = times.next(at);
      found.push(at);
    }
    expect(iso(found)).toEqual(expected);
  });

  it('go back over years where they are rare, and end where there are no more', () => {
    const leapDays = timesOf('0 0 29 2 *', 'UTC');
    expect(iso(leapDays.upTo(Date.parse('2026-01-01T00:00Z'), 3))).toEqual([
      '2016-02-29T00:00',
      '2020-02-29T00:00',
      '2024-02-29T00:00',
    ]);
    expect(timesOf('0 0 31 2 *', 'UTC').upTo(0, 2)).toEqual([]);
  });

  it('go back over a pause of years to a day that has one each minute, and to days that come once in decades', () => {
    const eachMinute = timesOf('* * 29 2 *', 'UTC').upTo(Date.parse('2027-06-01T00:00Z'), 1441);
    expect([eachMinute.length, ...iso([eachMinute[0] ?? 0, eachMinute[1] ?? 0, eachMinute.at(-1) ?? 0])]).toEqual([
      1441,
      '2020-02-29T23:59',
      '2024-02-29T00:00',
      '2024-02-29T23:59',
    ]);
    expect(iso(timesOf('0 0 29 2 +1', 'UTC').upTo(Date.parse('2026-01-01T00:00Z'), 2))).toEqual([
      '1988-02-29T00:00',
      '2016-02-29T00:00',
    ]);
  });
});
