import type { ScheduleOverlap } from '@emberlab/contract';

/** What becomes of a run whose turn it is: it is started; it waits; it is left out; it waits while the old ones are stopped. */
type Decision = 'start' | 'wait' | 'skip' | 'stop-old';

/**
 * How a run behaves while another of its schedule has not ended. The schedule says so for those that come in time. What is caught up always waits for what came
 * before it, and so does what comes behind such: it would be lost, or end the others, while only the platform was away.
 */
export function mannerOf(
  overlap: ScheduleOverlap,
  { late, behind }: { late: boolean; behind: readonly ScheduleOverlap[] },
): ScheduleOverlap {
  if (late) return 'wait';
  const behindOld = overlap === 'stop' && behind.every((manner) => manner === 'stop');
  return behind.length === 0 || behindOld ? overlap : 'wait';
}

const whileOthersRun: Readonly<Record<ScheduleOverlap, Decision>> = { wait: 'wait', skip: 'skip', stop: 'stop-old' };

/** What to do with the first of those that wait. `running`: how many runs of the schedule have not ended. */
export const decide = (manner: ScheduleOverlap, running: number): Decision =>
  running === 0 ? 'start' : whileOthersRun[manner];
