import { mostCaughtUp } from '@emberlab/contract';
import type { LeftOut } from './plan.ts';

const shown = (moment: number): string => `${new Date(moment).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

/** Why times have no run of their own: they were missed, and the schedule does not make up for them. */
export function leftOutSentence({ count, first, last }: LeftOut, missed: 'skip' | 'all'): string {
  const many =
    count === null ? `More than ${mostCaughtUp} runs were` : count === 1 ? 'A run was' : `${count} runs were`;
  const range = first === last ? `of ${shown(first)}` : `from ${shown(first)} to ${shown(last)}`;
  const why =
    missed === 'skip'
      ? 'This schedule leaves out what was missed.'
      : `Only the last ${mostCaughtUp} are made up for; a backfill makes others.`;
  return `${many} missed, ${range}. ${why}`;
}

export const superseded = 'A later run came due before this one could begin.';
export const overlapped = 'The run before had not ended.';
export const tooMany = `${mostCaughtUp} runs of this schedule wait already. Please let it run less often, or its job take less time.`;
export const changed = 'The schedule was changed before this run could begin.';
export const removed = 'The schedule was removed before this run could begin.';
