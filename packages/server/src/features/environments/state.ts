import type { Revision } from '@emberlab/contract';
import { stateMachine } from '../../lib/state-machine.ts';

export type RevisionState = Revision['state'];
/** `finish`: the environment is made and has passed its check · `fail`: it could not be made. */
export type RevisionEvent = 'finish' | 'fail';

export const { next } = stateMachine<RevisionState, RevisionEvent>('revision', {
  building: { finish: 'ready', fail: 'failed' },
  ready: {},
  failed: {},
});
