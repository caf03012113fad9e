import { projectName } from '@emberlab/contract';
import { describe, expect, it } from 'vitest';
import { proposeName } from './project-name.ts';
import { formatDuration, formatRelative } from './time.ts';
import { formatBytes, formatMegabytes } from './units.ts';

describe('formatDuration', () => {
  it.each([
    [-5, '0 s'],
    [4_900, '4 s'],
    [60_000, '1 min'],
    [125_000, '2 min 5 s'],
    [3 * 3_600_000 + 12 * 60_000, '3 h 12 min'],
    [52 * 3_600_000, '2 d 4 h'],
  ])('%i ms is %s', (ms, text) => expect(formatDuration(ms)).toBe(text));

  it('leaves out the smaller unit when asked to', () => expect(formatDuration(125_000, 1)).toBe('2 min'));
});

describe('formatRelative', () => {
  const now = Date.parse('2026-01-31T12:00:00.000Z');
  it.each([
    [0, 'just now'],
    [8_000, 'just now'],
    [30_000, 'in a moment'],
    [-50_000, '1 min ago'],
    [-2 * 3_600_000, '2 h ago'],
    [-72 * 3_600_000, '3 d ago'],
    [3 * 3_600_000, 'in 3 h'],
  ])('%i ms from now is %s', (offset, text) => expect(formatRelative(now + offset, now)).toBe(text));
});

describe('sizes', () => {
  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1024 * 1024, '1 MB'],
    [5.1 * 1024 ** 3, '5.1 GB'],
    [640 * 1024 ** 2, '640 MB'],
  ])('%d bytes are %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text));

  it('says MB where GB would not be exact', () => {
    expect(formatMegabytes(2048)).toBe('2 GB');
    expect(formatMegabytes(1536)).toBe('1536 MB');
  });
});

describe('proposeName', () => {
  it.each([
    ['Churn model', 'churn-model'],
    ['Müller & Söhne', 'muller-sohne'],
    ['2026 plans', 'plans'],
    ['  Weather! ', 'weather'],
    ['!!!', ''],
  ])('%j becomes %j', (label, name) => expect(proposeName(label)).toBe(name));

  it('proposes only names that are allowed', () => {
    for (const label of ['Churn model', `${'a'.repeat(62)} b`, 'Ünïcödé', 'x y']) {
      expect(projectName.safeParse(proposeName(label)).success).toBe(true);
    }
  });
});
