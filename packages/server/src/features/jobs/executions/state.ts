import type { ExecutionState } from '@emberlab/contract';
import { stateMachine } from '../../../lib/state-machine.ts';

/**
 * What may come to a run. `prepare`: it is its turn · `wait`: it can't have it yet after all · `begin`: what runs it was asked for · `run`: its program
 * runs · `stop`: it is to end · `end`: it is gone after that · `overrun`: the same, because it took too long · `succeed`, `fail`, `lose`: how it ended by
 * itself.
 */
export type ExecutionEvent =
  | 'prepare'
  | 'wait'
  | 'begin'
  | 'run'
  | 'stop'
  | 'end'
  | 'overrun'
  | 'succeed'
  | 'fail'
  | 'lose';

const ends = { succeed: 'succeeded', fail: 'failed', lose: 'lost' } as const;

/** The states and their meanings are the contract's. */
const machine = stateMachine<ExecutionState, ExecutionEvent>('run', {
  // Nothing of one that waits has to be ended.
  queued: { prepare: 'preparing', stop: 'stopped', fail: 'failed' },
  preparing: { wait: 'queued', begin: 'starting', stop: 'stopping', fail: 'failed' },
  starting: { run: 'running', stop: 'stopping', ...ends },
  running: { stop: 'stopping', ...ends },
  stopping: { end: 'stopped', overrun: 'failed' },
  succeeded: {},
  failed: {},
  stopped: {},
  lost: {},
});
export const { next, statesFor, isFinal } = machine;

/**
 * Why a run is to end. `asked`: somebody did · `time`: it took longer than its job allows · `job`: its job was deleted · `replaced`: the next run of its
 * schedule takes its place · `member`, `project`, `admin`: as of sessions.
 */
export type ExecutionStopReason = 'asked' | 'time' | 'job' | 'replaced' | 'member' | 'project' | 'admin';
