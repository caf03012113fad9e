import type { ServerState, StartStep } from '@emberlab/contract';
import { stateMachine } from '../../lib/state-machine.ts';

/**
 * What happens to a server:
 * `launch`: it is its turn and its environment is ready · `answer`: Jupyter answers · `stop`: its owner wants it ended · `end`: nothing of it is left,
 * after a stop · `fail`: nothing of it is left, and nobody had asked for that.
 */
export type ServerEvent = 'launch' | 'answer' | 'stop' | 'end' | 'fail';

const machine = stateMachine<ServerState, ServerEvent>('server', {
  queued: { launch: 'starting', stop: 'stopping', fail: 'failed' },
  starting: { answer: 'running', stop: 'stopping', fail: 'failed' },
  running: { stop: 'stopping', fail: 'failed' },
  stopping: { stop: 'stopping', end: 'stopped' },
  stopped: {},
  failed: {},
});
export const { next, statesFor } = machine;

/** Whether there is something to look after. */
export const isLive = (state: ServerState): boolean => !machine.isFinal(state);

/** When a step of the start began and ended, ms since the epoch, and what it waits for, a sentence. */
export type StepTimes = {
  readonly step: StartStep;
  readonly startedAt: number;
  readonly endedAt: number | null;
  readonly note?: string | null;
};

/** The steps with `step` begun at `now`, and the one before ended. Beginning the open step again changes nothing. */
export function beginStep(steps: readonly StepTimes[], step: StartStep, now: number): StepTimes[] {
  const last = steps.at(-1);
  if (last !== undefined && last.step === step && last.endedAt === null) return [...steps];
  return [...endSteps(steps, now), { step, startedAt: now, endedAt: null }];
}

/** The steps with the open one ended at `now`. */
export const endSteps = (steps: readonly StepTimes[], now: number): StepTimes[] =>
  steps.map((one) => (one.endedAt === null ? { ...one, endedAt: now } : one));

/** Whether a server is in the queue, and nothing else is what it waits for. */
export const waitsForTurn = ({ state, steps }: { state: ServerState; steps: readonly StepTimes[] }): boolean =>
  state === 'queued' && steps.at(-1)?.step === 'queue';
