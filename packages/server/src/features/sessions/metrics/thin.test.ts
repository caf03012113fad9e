import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { quietSample } from '../testing/samples.ts';
import { thin, type Sampled } from './thin.ts';

const samples = (times: readonly number[], activeTasks = (_at: number) => 0): Sampled[] =>
  times.map((at) => ({ at, sample: { ...quietSample, activeTasks: activeTasks(at) } }));
const timesOf = (all: readonly Sampled[]) => all.map(({ at }) => at);
const every = (ms: number, count: number) => Array.from({ length: count }, (_, number) => number * ms);

test('the newest stay, of the older ones half at most, and the first of all', () => {
  const gaps = fc.array(fc.integer({ min: 1, max: 100_000 }), { minLength: 5, maxLength: 200 });
  fc.assert(
    fc.property(gaps, fc.nat(100), (between, fine) => {
      let at = 0;
      const all = samples(between.map((gap) => (at += gap)));
      const kept = timesOf(thin(all, fine));
      const older = Math.max(0, all.length - fine);
      expect(kept.slice(kept.length - (all.length - older))).toEqual(timesOf(all.slice(older)));
      expect(kept.length - (all.length - older)).toBeLessThanOrEqual(Math.max(2, older / 2));
      expect(kept[0]).toBe(all[0]?.at);
      expect(kept).toEqual(kept.toSorted((a, b) => a - b));
    }),
  );
});

test('what has been thinned stays as it is while what has come since can be thinned instead', () => {
  const once = timesOf(thin(samples(every(2000, 300)), 0));
  expect(once.length).toBeLessThanOrEqual(150);
  const dense = every(100, 400).map((at) => at + 600_000);
  const twice = timesOf(thin(samples([...once, ...dense]), 0));
  expect(twice.filter((at) => at < 600_000)).toEqual(once);
  expect(twice.length - once.length).toBeLessThanOrEqual(41);
});

test('what was busy is still seen to have been so', () => {
  const busyAt = 70_000;
  const all = samples(every(1000, 400), (at) => (at === busyAt ? 8 : 0));
  expect(timesOf(thin(all, 50))).toContain(busyAt);
});
