import type { OperationState, Revision } from '@emberlab/contract';
import { stateMachine } from '../../lib/state-machine.ts';

export type RevisionState = Revision['state'];
/** `finish`: the environment is made and has passed its check · `fail`: it could not be made. */
export type RevisionEvent = 'finish' | 'fail';

export const { next } = stateMachine<RevisionState, RevisionEvent>('revision', {
  building: { finish: 'ready', fail: 'failed' },
  ready: {},
  failed: {},
});

/** `begin`: its turn has come · `finish`: it is in use · `fail`: it could not be made · `cancel`: somebody wanted that. */
export type OperationEvent = 'begin' | 'finish' | 'fail' | 'cancel';

export const { next: nextOperation } = stateMachine<OperationState, OperationEvent>('change of an environment', {
  queued: { begin: 'running', cancel: 'cancelled', fail: 'failed' },
  running: { finish: 'succeeded', fail: 'failed', cancel: 'cancelled' },
  succeeded: {},
  failed: {},
  cancelled: {},
});
