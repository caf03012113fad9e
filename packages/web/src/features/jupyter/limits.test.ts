import { describe, expect, it } from 'vitest';
import { measures, ordinal, spellLimitedBy, spellLimits, spellMemoryEnd } from './limits.ts';

const both = { memoryMb: 1536, cores: 1 };

describe('limits in words', () => {
  it('say what there is and who sees to it', () => {
    expect(spellLimits({ ...both, by: 'cgroup' })).toBe('1536 MB · 1 core');
    expect(spellLimits({ memoryMb: null, cores: 0.5, by: 'cgroup' })).toBe('memory without a limit · 0.5 cores');
    expect(spellLimits({ memoryMb: 1024, cores: null, by: 'cgroup' })).toBe('1 GB · all cores');
    const none = { memoryMb: null, cores: null, by: 'none' } as const;
    expect([spellLimits(none), spellLimitedBy(none)]).toEqual(['no limit', null]);
    expect(spellLimitedBy({ ...both, by: 'none' })).toBe('Nothing on this machine keeps them.');
    expect(spellLimitedBy({ ...both, by: 'rlimit' })).toBe(
      'Kept by the system: the memory of each process by itself (rlimit), and the cores that they may run on.',
    );
  });

  it('are no measure of all processes together where each is counted by itself', () => {
    const use = { memoryMb: 768, cores: 2 };
    expect(measures(use, { ...both, by: 'rlimit' })).toEqual([
      { label: 'Memory', text: '768 MB', share: null },
      { label: 'CPU', text: '2 of 1 core', share: 1 },
    ]);
    expect(measures(use, { ...both, by: 'cgroup' })[0]).toEqual({
      label: 'Memory',
      text: '768 MB of 1536 MB',
      share: 0.5,
    });
    expect(measures(use, null).map(({ share }) => share)).toEqual([null, null]);
  });

  it('are named when they were too small', () => {
    const end = { at: '2026-01-01T00:00:00.000Z', notebook: null, times: 3 };
    expect(spellMemoryEnd(end, { ...both, by: 'cgroup' })).toMatch(
      /^A kernel or another process was ended .* \(1536 MB\)\..*In all, 3 processes/,
    );
  });

  it('have places in a queue', () => {
    expect([1, 2, 3, 4, 11, 12, 13, 21, 102, 111].map(ordinal)).toEqual(
      '1st 2nd 3rd 4th 11th 12th 13th 21st 102nd 111th'.split(' '),
    );
  });
});
