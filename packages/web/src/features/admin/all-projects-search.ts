import { projectSorts, type ProjectSort } from '@emberlab/contract';
import { oneOf, textOf } from '../../lib/read-search.ts';
import type { Sorting } from '../../ui/sort-button.tsx';

export const projectShows = ['all', 'active', 'archived'] as const;

/** Which projects a page shows, as it stands in the address; what is missing is as usual. */
export type AllProjectsSearch = Sorting<ProjectSort> & {
  q?: string | undefined;
  show?: (typeof projectShows)[number] | undefined;
};

/** Reads an address that may have been written by hand. */
export const readAllProjectsSearch = (search: Record<string, unknown>): AllProjectsSearch => ({
  q: textOf(search['q']),
  show: oneOf(projectShows, search['show']),
  sort: oneOf(projectSorts, search['sort']),
  reverse: search['reverse'] === true ? true : undefined,
});
