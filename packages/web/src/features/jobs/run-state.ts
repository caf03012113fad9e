import { liveExecutionStates, type Execution, type ExecutionState, type ExecutionTrigger } from '@emberlab/contract';
import { showHidden } from '../../lib/show-hidden.ts';
import type { Tone } from '../../ui/state-badge.tsx';

const live: ReadonlySet<ExecutionState> = new Set(liveExecutionStates);

/** Whether a run has not ended. */
export const isLive = (state: ExecutionState): boolean => live.has(state);

export const runStates: Readonly<Record<ExecutionState, { label: string; tone: Tone; meaning: string }>> = {
  queued: { label: 'Queued', tone: 'wait', meaning: 'It waits for its turn.' },
  preparing: { label: 'Preparing', tone: 'wait', meaning: 'Its files and its environment are looked at.' },
  starting: { label: 'Starting', tone: 'wait', meaning: 'Its process comes up.' },
  running: { label: 'Running', tone: 'busy', meaning: 'Its program runs.' },
  stopping: { label: 'Stopping', tone: 'wait', meaning: 'It is being ended.' },
  succeeded: { label: 'Succeeded', tone: 'ok', meaning: 'Its program ended as it should.' },
  failed: { label: 'Failed', tone: 'bad', meaning: 'Its program failed, could not be started or took too long.' },
  stopped: { label: 'Stopped', tone: 'off', meaning: 'It was ended on somebody’s wish.' },
  lost: { label: 'Lost', tone: 'bad', meaning: 'Its process is gone, and nobody knows how it ended.' },
};

/** A run's state as a dot and a word. */
export const badgeOf = (state: ExecutionState): { tone: Tone; label: string } => ({
  tone: runStates[state].tone,
  label: runStates[state].label,
});

/** Why there is a run, in few words. */
export function triggerText(trigger: ExecutionTrigger, by: string): string {
  if (trigger.kind === 'backfill') return `of backfill ${trigger.backfill}`;
  if (trigger.kind === 'chain') return `after run ${trigger.after}`;
  if (trigger.kind === 'retry') return `again after run ${trigger.of}`;
  return { manual: `run by ${by}`, api: `by a program of ${by}`, schedule: 'by its schedule' }[trigger.kind];
}

/** Who began it, for those who read. */
export const starterOf = ({ mine, startedBy }: Pick<Execution, 'mine' | 'startedBy'>): string =>
  mine ? 'you' : showHidden(startedBy.name);

/** The time that a run is for, where that is another one than when it was asked for: of a schedule and of a backfill. */
export function timeItIsFor({ trigger, logicalTime }: Pick<Execution, 'trigger' | 'logicalTime'>): string | null {
  const told = trigger.kind === 'schedule' || trigger.kind === 'backfill' || trigger.kind === 'retry';
  return told && logicalTime !== null ? `for ${shortTime.format(Date.parse(logicalTime))}` : null;
}
const shortTime = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' });
