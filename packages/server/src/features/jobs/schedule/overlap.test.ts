import { describe, expect, it } from 'vitest';
import { decide, mannerOf } from './overlap.ts';

describe('a run that comes due', () => {
  it.each([
    ['wait', 'wait'],
    ['skip', 'skip'],
    ['stop', 'stop-old'],
  ] as const)('does as its schedule says while another goes: %s', (overlap, decision) => {
    const manner = mannerOf(overlap, { late: false, behind: [] });
    expect([decide(manner, 0), decide(manner, 1)]).toEqual(['start', decision]);
  });

  it.each(['wait', 'skip', 'stop'] as const)('waits for its turn when it was missed, also under "%s"', (overlap) => {
    expect(mannerOf(overlap, { late: true, behind: [] })).toBe('wait');
    expect(mannerOf(overlap, { late: false, behind: ['wait'] })).toBe('wait');
  });

  it('takes the place of one that waits for the old one to be stopped', () => {
    expect(mannerOf('stop', { late: false, behind: ['stop'] })).toBe('stop');
  });
});
