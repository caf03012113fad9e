import { describe, expect, it } from 'vitest';
import { median, percentile, present } from './figures.ts';

describe('figures', () => {
  it('have a median', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
    expect(median([])).toBeNaN();
  });

  it('have percentiles: the smallest value that so many percent do not exceed', () => {
    const values = Array.from({ length: 200 }, (_, index) => 200 - index);
    expect(percentile(values, 99)).toBe(198);
    expect(percentile(values, 50)).toBe(100);
    expect(percentile([7], 99)).toBe(7);
    expect(percentile([], 99)).toBeNaN();
  });

  it('are shown with range and goal', () => {
    expect(present({ what: 'start', unit: 's', values: [1, 2, 3], goal: 'under 3 s' })).toBe(
      'start: 2.00 s (3 runs, 1.00 to 3.00); goal under 3 s',
    );
  });
});
