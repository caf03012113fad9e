import { describe, expect, it } from 'vitest';
import { atLeastTimes, atMost, figuresOf, noMore, table, type Comparison } from './comparison.ts';

const faster: Comparison = {
  what: 'requests',
  unit: '/s',
  ours: [30, 20, 40],
  theirs: [10, 10, 20],
  goal: atLeastTimes(2.5),
};
const failing: Comparison = { what: 'failed', unit: 'failed', ours: [1], theirs: [0], goal: atMost(0, 'failed') };

describe('a comparison', () => {
  it('shows medians side by side, the median of the ratios of each round, and whether the goal is met', () => {
    expect(table([faster, failing])).toBe(
      [
        '          Emberlab     JupyterHub   ratio  goal',
        'requests  30.0 /s      10.0 /s      2.00   yes: at least 2.5 times theirs',
        'failed    1.00 failed  0.00 failed         NO: none',
      ].join('\n'),
    );
  });

  it('is kept as the values of both sides and their ratios', () => {
    expect(figuresOf(faster)).toEqual([
      { what: 'Emberlab: requests', unit: '/s', values: [30, 20, 40], goal: 'at least 2.5 times theirs' },
      { what: 'JupyterHub: requests', unit: '/s', values: [10, 10, 20] },
      { what: 'requests, ours by theirs', unit: 'times', values: [3, 2, 2] },
    ]);
  });

  it('has no ratio to nothing', () => {
    expect(figuresOf(failing).map(({ unit }) => unit)).toEqual(['failed', 'failed']);
  });

  it('says so when a side has no such thing, which meets no goal', () => {
    const missing: Comparison = { what: 'added', unit: 's', ours: [], theirs: [41], goal: atMost(2, 's') };
    expect(table([missing])).toContain('added  –         41.0 s             NO: at most 2 s');
    expect(figuresOf(missing).map(({ what }) => what)).toEqual(['JupyterHub: added']);
  });

  it('holds a goal that says no more than theirs when both are alike', () => {
    expect(noMore.holds(2, 2)).toBe(true);
    expect(noMore.holds(2.1, 2)).toBe(false);
  });
});
