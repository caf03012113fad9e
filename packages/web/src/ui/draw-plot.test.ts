import { expect, it } from 'vitest';
import { timeText } from './draw-plot.ts';

const minute = 60_000;
const at = new Date(2026, 0, 31, 9, 30, 5).getTime();

it.each([
  [5 * minute, '09:30:05'],
  [60 * minute, '09:30'],
  [3 * 24 * 60 * minute, '31 Jan, 09:30'],
])('an axis of %i ms says its times as exactly as it needs', (span, text) => {
  expect(timeText(at, [at - span, at])).toBe(text);
});
