import type { Revision } from '@emberlab/contract';

export type RevisionState = Revision['state'];
/** `finish`: the environment is made and has passed its check · `fail`: it could not be made. */
export type RevisionEvent = 'finish' | 'fail';

/** A step that the machine does not have: a mistake of ours, never of the user's. */
export class IllegalTransition extends Error {
  override readonly name = 'IllegalTransition';
  constructor(state: RevisionState, event: RevisionEvent) {
    super(`a revision that is ${state} can't ${event}`);
  }
}

const transitions: Readonly<Record<RevisionState, Partial<Record<RevisionEvent, RevisionState>>>> = {
  building: { finish: 'ready', fail: 'failed' },
  ready: {},
  failed: {},
};

/** The state after an event. Throws `IllegalTransition`. */
export function next(state: RevisionState, event: RevisionEvent): RevisionState {
  const to = transitions[state][event];
  if (to === undefined) throw new IllegalTransition(state, event);
  return to;
}
