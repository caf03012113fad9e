import type { ProjectOverview, Running } from '@emberlab/contract';
import { oneOf, textOf } from '../../lib/read-search.ts';
import type { Sorting } from '../../ui/sort-button.tsx';
import { sumUse } from './running-kinds.ts';

export const projectShows = ['all', 'active', 'archived'] as const;
export const projectSorts = ['name', 'members', 'running', 'memory', 'cores', 'used'] as const;
export type ProjectSort = (typeof projectSorts)[number];

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

/** A project with all that runs in it. */
export type BusyProject = { project: ProjectOverview; running: Running[]; memoryMb: number; cores: number };

const compare: Readonly<Record<ProjectSort, (a: BusyProject, b: BusyProject) => number>> = {
  name: (a, b) => a.project.label.localeCompare(b.project.label),
  members: (a, b) => b.project.members - a.project.members,
  running: (a, b) => b.running.length - a.running.length,
  memory: (a, b) => b.memoryMb - a.memoryMb,
  cores: (a, b) => b.cores - a.cores,
  used: (a, b) => b.project.lastActivityAt.localeCompare(a.project.lastActivityAt),
};

/** The projects that the address asks for, in its order, the last used first where nothing else is asked. */
export function applyAllProjectsSearch(
  projects: readonly ProjectOverview[],
  running: readonly Running[],
  search: AllProjectsSearch,
): BusyProject[] {
  const wanted = (search.q ?? '').trim().toLowerCase();
  const of = Map.groupBy(running, ({ project }) => project.name);
  const order = compare[search.sort ?? 'used'];
  return projects
    .filter(({ state }) => search.show === undefined || search.show === 'all' || state === search.show)
    .filter(({ name, label, owners }) => [name, label, ...owners].some((text) => text.toLowerCase().includes(wanted)))
    .map((project) => {
      const here = of.get(project.name) ?? [];
      return { project, running: here, ...sumUse(here) };
    })
    .toSorted(
      (a, b) => (search.reverse === true ? -1 : 1) * (order(a, b) || a.project.name.localeCompare(b.project.name)),
    );
}
