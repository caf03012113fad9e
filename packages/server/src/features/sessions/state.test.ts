import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { sessionState } from '@emberlab/contract';
import { IllegalTransition } from '../../lib/state-machine.ts';
import {
  isFinal,
  isLive,
  next,
  nextStatement,
  shown,
  takesStatements,
  type SessionEvent,
  type StatementEvent,
  type StatementState,
  type StoredState,
} from './state.ts';

const states: StoredState[] = ['starting', 'idle', 'busy', 'shutting_down', 'dead'];
const events: SessionEvent[] = ['ready', 'submitted', 'drained', 'stop', 'ended'];

test.each<[StoredState, SessionEvent, StoredState]>([
  ['starting', 'ready', 'idle'],
  ['starting', 'stop', 'shutting_down'],
  ['starting', 'ended', 'dead'],
  ['idle', 'submitted', 'busy'],
  ['idle', 'stop', 'shutting_down'],
  ['idle', 'ended', 'dead'],
  ['busy', 'submitted', 'busy'],
  ['busy', 'drained', 'idle'],
  ['busy', 'stop', 'shutting_down'],
  ['busy', 'ended', 'dead'],
  ['shutting_down', 'stop', 'shutting_down'],
  ['shutting_down', 'ended', 'dead'],
])('a session: %s, %s → %s', (state, event, after) => expect(next(state, event)).toBe(after));

/** The state after an event; null where that can't happen. Anything but an IllegalTransition is passed on. */
function after(state: StoredState, event: SessionEvent): StoredState | null {
  try {
    return next(state, event);
  } catch (error) {
    if (error instanceof IllegalTransition) return null;
    throw error;
  }
}

test('everything else is illegal', () => {
  const legal = states.flatMap((state) => events.filter((event) => after(state, event) !== null));
  expect(legal).toHaveLength(12);
});

test('whatever happens: a dead session stays dead, a live one can always be ended, and every state is one that Livy knows', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...events)), (history) => {
      let state: StoredState = 'starting';
      let over = false;
      for (const event of history) {
        state = after(state, event) ?? state;
        over ||= state === 'shutting_down' || state === 'dead';
        expect(over && takesStatements(state)).toBe(false);
      }
      expect(sessionState.options).toContain(shown(state, false));
      const end = isLive(state) ? next(next(state, 'stop'), 'ended') : state;
      expect(end).toBe('dead');
      expect(events.every((event) => after(end, event) === null)).toBe(true);
    }),
  );
});

test('only a session that was ready is shown as recovering', () => {
  expect(states.map((state) => shown(state, true))).toEqual([
    'starting',
    'recovering',
    'recovering',
    'shutting_down',
    'dead',
  ]);
  expect(states.map((state) => shown(state, false))).toEqual(states);
});

const statementStates: StatementState[] = ['waiting', 'running', 'cancelling', 'available', 'cancelled'];
const statementEvents: StatementEvent[] = ['started', 'cancel', 'available', 'cancelled'];

test.each<[StatementState, StatementEvent, StatementState]>([
  ['waiting', 'started', 'running'],
  ['waiting', 'cancel', 'cancelled'],
  ['running', 'started', 'running'],
  ['running', 'cancel', 'cancelling'],
  ['cancelling', 'started', 'cancelling'],
  ['cancelling', 'cancel', 'cancelling'],
  ['cancelling', 'available', 'available'],
])('a statement: %s, %s → %s', (state, event, after) => expect(nextStatement(state, event)).toBe(after));

test.each(statementStates.filter((state) => isFinal(state)))('a statement that is %s stays so', (state) => {
  for (const event of statementEvents) expect(() => nextStatement(state, event)).toThrow(IllegalTransition);
});

test.each(statementStates.filter((state) => !isFinal(state)))(
  'a statement that is %s may end in both ways',
  (state) => {
    expect(nextStatement(state, 'available')).toBe('available');
    expect(nextStatement(state, 'cancelled')).toBe('cancelled');
  },
);
