import type { SessionExecutor, SessionExecutors } from '@emberlab/contract';
import { toInstantOrNull } from '../../../lib/clock.ts';
import { withoutPages, type ListedExecutor } from '../../sessions/index.ts';
import type { ExecutionRecord } from '../model.ts';
import { isFinal } from './state.ts';

/** So many are kept of a run, those that were there last before all others. */
export const mostKept = 200;

const none = {
  live: 'There are no executors yet: they are listed here once Spark is up.',
  ended: 'Nothing was seen of its executors.',
};
const asSeen = 'The run has ended. This is how its executors were seen last.';

/** The executors of a run as the API answers them. Those of one that has ended are gone. */
export function presentExecutors(run: ExecutionRecord, seen: readonly ListedExecutor[] | null): SessionExecutors {
  const over = isFinal(run.state);
  if (seen === null || seen.length === 0) return { items: [], note: over ? none.ended : none.live };
  const removedAt = toInstantOrNull(run.endedAt);
  return {
    items: seen.map(withoutPages).map((one): SessionExecutor => {
      if (!over || !one.active) return one;
      return { ...one, active: false, activeTasks: 0, removedAt };
    }),
    note: over ? asSeen : null,
  };
}
