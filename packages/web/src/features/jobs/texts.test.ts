import { describe, expect, it } from 'vitest';
import { fromLines, toLines } from './argument-lines.ts';
import { describeCron, fromCron, toCron } from './cron-words.ts';
import { run } from './jobs.fixture.ts';
import { byDay, dayLabel } from './run-days.ts';
import { timelineOf } from './timeline.ts';

describe('arguments as lines', () => {
  it('come back as they were, whatever is in them', () => {
    const all = ['--day', 'a b', '', ' ', 'two\nlines', '"quoted"', '\\d+'];
    expect(fromLines(toLines(all))).toEqual(all);
  });

  it('are one a line, without the empty ones', () => {
    expect(fromLines('--limit\r\n 10\n\n"not closed\n')).toEqual(['--limit', ' 10', '"not closed']);
  });
});

describe('cron in plain words', () => {
  it('is the same both ways', () => {
    for (const cron of ['5 * * * *', '30 2 * * *', '0 6 * * 1-5', '15 23 * * 0', '0 0 31 * *']) {
      const plain = fromCron(cron);
      expect(plain === null ? null : toCron(plain)).toBe(cron);
    }
    expect(describeCron('30 2 * * 1-5')).toBe('Monday to Friday at 02:30');
    expect(describeCron('0 7 * * 3')).toBe('Every Wednesday at 07:00');
    expect(describeCron('0 0 31 * *')).toBe('On day 31 of each month that has one, at 00:00');
  });

  it('leaves alone what has no plain words, or is wrong', () => {
    for (const cron of [
      '*/15 * * * *',
      '0 6 1 1 *',
      '0 6 1 * 1',
      '60 6 * * *',
      '0 25 * * *',
      '0 6 * *',
      '',
      '@daily',
    ]) {
      expect(fromCron(cron)).toBeNull();
    }
  });
});

describe('the timeline of a run', () => {
  it('says how long it was in each state until it ended', () => {
    expect(timelineOf(run, 0).map(({ state, ms }) => [state, ms / 1000])).toEqual([
      ['queued', 10],
      ['preparing', 2],
      ['starting', 8],
      ['running', 30],
    ]);
  });

  it('goes on until now while it runs, and never backwards', () => {
    const live = { timeline: run.timeline.slice(0, 4), endedAt: null };
    expect(timelineOf(live, Date.parse('2026-01-31T09:31:00.000Z')).at(-1)?.ms).toBe(40_000);
    expect(timelineOf(live, 0).at(-1)?.ms).toBe(0);
  });
});

describe('runs by days', () => {
  it('stand below the days on which they were asked for, in their order', () => {
    const at = (day: number, hour: number) => new Date(2026, 0, day, hour).toISOString();
    const runs = [at(31, 12), at(31, 1), at(30, 23)].map((createdAt, id) => ({ ...run, id, createdAt }));
    expect(byDay(runs).map((day) => day.runs.map(({ id }) => id))).toEqual([[0, 1], [2]]);
    const now = new Date(2026, 0, 31, 13).getTime();
    const label = (day: number) =>
      dayLabel(new Date(2026, 0, day).getTime(), now).replace(/(Satur|Fri|Thurs)day,/, '$1day');
    expect(label(31)).toBe('Today, Saturday 31 January 2026');
    expect(label(30)).toBe('Yesterday, Friday 30 January 2026');
    expect(label(29)).toBe('Thursday 29 January 2026');
  });
});
