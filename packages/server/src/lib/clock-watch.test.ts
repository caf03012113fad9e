import { expect, it } from 'vitest';
import { fakeClock } from './clock.fake.ts';
import { createClockWatch } from './clock-watch.ts';

it('tells once of a clock that was set, and never of time that goes by', () => {
  const clock = fakeClock();
  const setBy = createClockWatch(clock);
  clock.advance(3_600_000);
  expect(setBy()).toBe(0);
  clock.set(clock.now() + 7200_000);
  clock.advance(5);
  expect(setBy()).toBe(7_200_000);
  expect(setBy()).toBe(0);
  clock.set(clock.now() - 60_000);
  expect(setBy()).toBe(-60_000);
  clock.set(clock.now() + 2000);
  expect(setBy()).toBe(0);
});
