import { startSteps, type ServerState } from '@emberlab/contract';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IllegalTransition } from '../../lib/state-machine.ts';
import { beginStep, endSteps, isLive, next, statesFor, type ServerEvent, type StepTimes } from './state.ts';

const events: ServerEvent[] = ['launch', 'answer', 'stop', 'end', 'fail'];
const states: ServerState[] = ['queued', 'starting', 'running', 'stopping', 'stopped', 'failed'];

function isRefused(state: ServerState, event: ServerEvent): boolean {
  try {
    next(state, event);
    return false;
  } catch (error) {
    if (error instanceof IllegalTransition) return true;
    throw error;
  }
}

describe('server states', () => {
  it('has these transitions and no others', () => {
    const table = states.flatMap((state) =>
      events.filter((event) => !isRefused(state, event)).map((event) => `${state} -${event}-> ${next(state, event)}`),
    );
    expect(table).toEqual([
      'queued -launch-> starting',
      'queued -stop-> stopping',
      'queued -fail-> failed',
      'starting -answer-> running',
      'starting -stop-> stopping',
      'starting -fail-> failed',
      'running -stop-> stopping',
      'running -fail-> failed',
      'stopping -stop-> stopping',
      'stopping -end-> stopped',
    ]);
  });

  it('behaves like its model: what is over stays over, what was asked to stop ends as stopped, nothing runs without a launch', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...events), { maxLength: 40 }), (sequence) => {
        let state: ServerState = 'queued';
        const model = { launched: false, stopAsked: false, over: false };
        for (const event of sequence) {
          expect(statesFor(event).includes(state)).toBe(!isRefused(state, event));
          if (isRefused(state, event)) continue;
          expect(model.over).toBe(false);
          state = next(state, event);
          if (event === 'launch') model.launched = true;
          if (event === 'stop') model.stopAsked = true;
          if (event === 'end' || event === 'fail') model.over = true;
          expect(isLive(state)).toBe(!model.over);
          expect(state !== 'running' || (model.launched && !model.stopAsked)).toBe(true);
          expect(state !== 'stopped' || model.stopAsked).toBe(true);
          expect(state !== 'failed' || !model.stopAsked).toBe(true);
        }
      }),
    );
  });
});

describe('steps of a start', () => {
  it('follow one another without a gap, and at most the last is open', () => {
    const begun = fc.array(fc.record({ step: fc.constantFrom(...startSteps), after: fc.nat(1000) }), { maxLength: 12 });
    fc.assert(
      fc.property(begun, (sequence) => {
        let now = 0;
        let steps: StepTimes[] = [];
        for (const { step, after } of sequence) steps = beginStep(steps, step, (now += after));
        for (const [index, one] of steps.entries()) {
          const following = steps[index + 1];
          expect(one.endedAt).toBe(following?.startedAt ?? null);
        }
        expect(endSteps(steps, now).every((one) => one.endedAt !== null)).toBe(true);
      }),
    );
  });
});
