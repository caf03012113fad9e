import { scheduleBody, type ScheduleBody } from '@emberlab/contract';
import { describe, expect, it } from 'vitest';
import { scheduleProblems } from './problems.ts';

const now = Date.parse('2026-06-01T12:00:00.000Z');
const problems = (change: Partial<ScheduleBody>) =>
  scheduleProblems({ ...scheduleBody.parse({ cron: '30 2 * * *', timezone: 'Europe/Berlin' }), ...change }, now);

describe('a schedule', () => {
  it.each([
    '*/15 * * * *',
    '0 9 * * mon-fri',
    '0 0 1,15 * *',
    '0 0 L * *',
    '0 0 29 2 *',
    '  5   4 * * sun ',
    '0 0 31 1-12/2 *',
  ])('can be %s', (cron) => expect(problems({ cron })).toEqual([]));

  it.each([
    ['* * * *', 'five fields', 'has 4'],
    ['0 30 2 * * *', 'five fields', 'has 6'],
    ['@daily', 'five fields', 'has 1'],
    ['60 * * * *', 'The minute', '60'],
    ['0 25 * * *', 'The hour', '25'],
    ['0 0 32 * *', 'The day of the month', '32'],
    ['0 0 * 13 *', 'The month', '13'],
    ['0 0 * * 8', 'The day of the week', '8'],
    ['5-1 * * * *', 'The minute', '5-1'],
    ['*/0 * * * *', 'The minute', '*/0'],
    ['a * * * *', 'The minute', "can't be a:"],
    ['0 0 * * ,', 'The day of the week', ','],
    ['0 0 31 2 *', 'would never run', '(31)'],
    ['0 0 30-31 feb *', 'would never run', '(feb)'],
    ['0 0 31 4,6,9,11 *', 'would never run', '4,6,9,11'],
  ])('that says "%s" is refused with a sentence', (cron, ...parts) => {
    const [problem, ...others] = problems({ cron });
    expect([problem?.path, others]).toEqual(['cron', []]);
    for (const part of parts) expect(problem?.message).toContain(part);
  });

  it.each(['Mars/Olympus', '+02:00', 'Europe', 'x'])('has no time zone %s', (timezone) => {
    expect(problems({ timezone })).toEqual([
      { path: 'timezone', message: expect.stringContaining(`no time zone ${timezone}`) as string },
    ]);
  });

  it.each<[string, Partial<ScheduleBody>, string]>([
    [
      'that ends before it starts',
      { start: '2026-07-02T00:00:00.000Z', end: '2026-07-01T00:00:00.000Z' },
      'before the start',
    ],
    ['that is over', { end: '2026-05-01T00:00:00.000Z' }, 'in the past'],
    ['that ends before its first time', { end: '2026-06-01T13:00:00.000Z' }, 'no time of this schedule'],
    [
      'whose bounds have no time between them',
      { start: '2026-07-01T13:00:00.000Z', end: '2026-07-01T14:00:00.000Z' },
      'no time of this schedule',
    ],
  ])('%s is refused with a sentence', (_what, change, part) => {
    expect(problems(change)).toEqual([{ path: 'end', message: expect.stringContaining(part) as string }]);
  });

  it('may be over when it is switched off', () => {
    expect(problems({ end: '2026-05-01T00:00:00.000Z', enabled: false })).toEqual([]);
  });
});
