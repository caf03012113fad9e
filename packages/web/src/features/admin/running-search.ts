import { runningGroupNames, runningSorts, type RunningGroup, type RunningSort } from '@emberlab/contract';
import { oneOf, textOf } from '../../lib/read-search.ts';
import type { Sorting } from '../../ui/sort-button.tsx';

/** What the list shows, as it stands in the address; what is missing is as usual. */
export type RunningSearch = Sorting<RunningSort> & {
  q?: string | undefined;
  kind?: RunningGroup | undefined;
  /** an e-mail address */
  owner?: string | undefined;
  project?: string | undefined;
};

/** Reads an address that may have been written by hand. */
export const readRunningSearch = (search: Record<string, unknown>): RunningSearch => ({
  q: textOf(search['q']),
  kind: oneOf(runningGroupNames, search['kind']),
  owner: textOf(search['owner']),
  project: textOf(search['project']),
  sort: oneOf(runningSorts, search['sort']),
  reverse: search['reverse'] === true ? true : undefined,
});
