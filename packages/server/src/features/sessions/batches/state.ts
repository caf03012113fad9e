import { stateMachine } from '../../../lib/state-machine.ts';

/**
 * What a batch's row says, in Livy's words. `starting`: its driver is to come up or does so · `running`: its Spark application is there, or its program
 * runs for a while without one · `shutting_down`: it is to end · `success`: its program ended with exit code 0 · `dead`: it ended otherwise, or could
 * not be started · `killed`: it was ended on somebody's wish. There is no `recovering`: clients don't know it of batches.
 */
export type BatchState = 'starting' | 'running' | 'shutting_down' | 'success' | 'dead' | 'killed';

/** `runs`: see `running` · `stop`: somebody wants it to end · `succeeded`, `failed`: how it ended by itself · `ended`: it is gone, whatever it did. */
export type BatchEvent = 'runs' | 'stop' | 'succeeded' | 'failed' | 'ended';

const ends = { succeeded: 'success', failed: 'dead' } as const;
const batchMachine = stateMachine<BatchState, BatchEvent>('batch', {
  starting: { runs: 'running', stop: 'shutting_down', ...ends },
  running: { runs: 'running', stop: 'shutting_down', ...ends },
  shutting_down: { stop: 'shutting_down', ended: 'killed' },
  success: {},
  dead: {},
  killed: {},
});
export const { next } = batchMachine;

/** Whether it has a driver, or may have one. */
export const isLive = (state: BatchState): boolean => !batchMachine.isFinal(state);

/**
 * Why a batch is to end. `deleted`: its client asked for it, and finds it no more · `stopped`: somebody did in the dashboard · `member`, `project`, `admin`:
 * as of sessions.
 */
export type BatchStopReason = 'deleted' | 'stopped' | 'member' | 'project' | 'admin';
