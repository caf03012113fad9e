import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IllegalTransition } from '../../lib/state-machine.ts';
import { next, type RevisionEvent, type RevisionState } from './state.ts';

describe('revision states', () => {
  it('leaves `building` once, for good', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom<RevisionEvent>('finish', 'fail'), { minLength: 1, maxLength: 5 }),
        (events) => {
          const [first, ...rest] = events;
          let state: RevisionState = 'building';
          if (first !== undefined) state = next(state, first);
          expect(state).toBe(first === 'finish' ? 'ready' : 'failed');
          for (const event of rest) expect(() => next(state, event)).toThrow(IllegalTransition);
        },
      ),
    );
  });
});
