import { executionStates, liveExecutionStates } from '@emberlab/contract';
import { describe, expect, it } from 'vitest';
import { IllegalTransition } from '../../../lib/state-machine.ts';
import { isFinal, next } from './state.ts';

describe('the state of a run', () => {
  it('goes from the queue to its end', () => {
    const events = ['prepare', 'begin', 'run', 'succeed'] as const;
    const seen: string[] = [];
    let state: Parameters<typeof next>[0] = 'queued';
    for (const event of events) seen.push((state = next(state, event)));
    expect(seen).toEqual(['preparing', 'starting', 'running', 'succeeded']);
  });

  it('of one that waits is stopped at once, of one that runs once it is gone', () => {
    expect(next('queued', 'stop')).toBe('stopped');
    expect(next('running', 'stop')).toBe('stopping');
    expect([next('stopping', 'end'), next('stopping', 'overrun')]).toEqual(['stopped', 'failed']);
  });

  it('goes back to the queue only before anything runs', () => {
    expect(next('preparing', 'wait')).toBe('queued');
    expect(() => next('starting', 'wait')).toThrow(IllegalTransition);
  });

  it('is final for all that the contract does not call live', () => {
    const live: readonly string[] = liveExecutionStates;
    for (const state of executionStates) expect([state, isFinal(state)]).toEqual([state, !live.includes(state)]);
  });
});
