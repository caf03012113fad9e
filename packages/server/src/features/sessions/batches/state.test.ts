import { expect, test } from 'vitest';
import { isLive, next, type BatchEvent, type BatchState } from './state.ts';

const states: BatchState[] = ['starting', 'running', 'shutting_down', 'success', 'dead', 'killed'];
const events: BatchEvent[] = ['runs', 'stop', 'succeeded', 'failed', 'ended'];

/** For each state what comes of each event, in the order above; null: it can't come. */
const table: Record<BatchState, (BatchState | null)[]> = {
  starting: ['running', 'shutting_down', 'success', 'dead', null],
  running: ['running', 'shutting_down', 'success', 'dead', null],
  shutting_down: [null, 'shutting_down', null, null, 'killed'],
  success: [null, null, null, null, null],
  dead: [null, null, null, null, null],
  killed: [null, null, null, null, null],
};

const after = (state: BatchState, event: BatchEvent): BatchState | null => {
  try {
    return next(state, event);
  } catch (error) {
    expect((error as Error).message).toBe(`a batch that is ${state} can't take "${event}"`);
    return null;
  }
};

test.each(states)('what comes after %s', (state) => {
  expect(events.map((event) => after(state, event))).toEqual(table[state]);
});

test('a batch lives until it has ended', () => {
  expect(states.filter(isLive)).toEqual(['starting', 'running', 'shutting_down']);
});
