import { expect, test } from 'vitest';
import { createTidier } from './tidy-memory.ts';

const MB = 1024 * 1024;

/** A process whose figures the test sets; a collection leaves `live` bytes. */
function rig() {
  const state = { heap: 40 * MB, live: 25 * MB, cpuMs: 1000, collections: 0 };
  const tidy = createTidier({
    collect: () => {
      state.collections += 1;
      state.heap = state.live;
      state.cpuMs += 40;
    },
    heapUsed: () => state.heap,
    cpuMs: () => state.cpuMs,
  });
  return { state, tidy };
}

test('collects once the process is at rest, not while it works', () => {
  const { state, tidy } = rig();
  state.cpuMs += 500;
  expect(tidy()).toBe(false);
  state.cpuMs += 50;
  expect([tidy(), state.heap]).toEqual([true, 25 * MB]);
});

test('collects again only when there is something to gain; its own work does not count as work', () => {
  const { state, tidy } = rig();
  expect(tidy()).toBe(true);
  expect(tidy()).toBe(false);
  state.heap += MB;
  expect(tidy()).toBe(false);
  state.heap += 2 * MB;
  expect([tidy(), state.collections]).toEqual([true, 2]);
});
