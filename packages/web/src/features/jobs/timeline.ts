import type { Execution, ExecutionState } from '@emberlab/contract';
import { isLive } from './run-state.ts';

export type TimelinePart = { readonly state: ExecutionState; readonly from: number; readonly ms: number };

/** How long a run was in each state, in order; in the last one until it ended, or until now. States that say how it ended take no time. */
export function timelineOf(
  { timeline, endedAt }: Pick<Execution, 'timeline' | 'endedAt'>,
  now: number,
): TimelinePart[] {
  const last = endedAt === null ? now : Date.parse(endedAt);
  return timeline.flatMap(({ state, at }, index) => {
    if (!isLive(state)) return [];
    const from = Date.parse(at);
    const next = timeline[index + 1];
    // The clocks of the server and of this page need not agree.
    return [{ state, from, ms: Math.max(0, (next === undefined ? last : Date.parse(next.at)) - from) }];
  });
}
