import { describe, expect, it } from 'vitest';
import { moment, mustBeMoment } from './moment.ts';

describe('a time that somebody writes', () => {
  it.each([
    ['2026-01-31', 'start', '2026-01-31T00:00:00.000Z'],
    ['2026-01-31', 'end', '2026-01-31T23:59:59.999Z'],
    ['2026-01-31T09:30:00Z', 'end', '2026-01-31T09:30:00.000Z'],
    ['2026-01-31T09:30:00.5+02:00', 'start', '2026-01-31T07:30:00.500Z'],
    ['none', 'end', null],
  ] as const)('as %s is as a %s %s', (text, what, expected) => expect(moment(text, what)).toBe(expected));

  it.each(['2026-02-31', 'tomorrow', '2026-01-31 09:30', '', '2026-01-31T09:30'])('may not be "%s"', (text) => {
    expect(() => moment(text, 'start')).toThrow(`"${text}" is no time.`);
  });

  it('has to be one where there has to be one', () => {
    expect(() => mustBeMoment('none', 'start')).toThrow('give a time');
  });
});
