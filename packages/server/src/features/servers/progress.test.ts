import { expect, it } from 'vitest';
import { stepsWith, waitsFor } from './progress.ts';
import { beginStep, endSteps } from './state.ts';

it('has a step for each part of the start, with what it waits for', () => {
  const made = beginStep([], 'scheduling', 1);
  const full = stepsWith(made, { step: 'scheduling', note: 'No room.' }, 2);
  expect(full).toEqual([{ step: 'scheduling', startedAt: 1, endedAt: null, note: 'No room.' }]);
  expect(waitsFor(full ?? [])).toBe('No room.');
  expect(stepsWith(full ?? [], { step: 'scheduling', note: 'No room.' }, 3)).toBeNull();
  const pulled = stepsWith(full ?? [], { step: 'preparing', note: null }, 4);
  expect(pulled).toEqual([
    { step: 'scheduling', startedAt: 1, endedAt: 4, note: 'No room.' },
    { step: 'preparing', startedAt: 4, endedAt: null, note: null },
  ]);
  expect(waitsFor(endSteps(pulled ?? [], 5))).toBeNull();
});

it('changes nothing while there is nothing new', () => {
  const steps = beginStep([], 'answering', 1);
  expect(stepsWith(steps, { step: 'answering', note: null }, 2)).toBeNull();
});
