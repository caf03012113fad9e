import type { Project, Role } from '@emberlab/contract';

export const roleFilters = ['owner', 'editor', 'viewer'] as const satisfies readonly Role[];

/** What the list of projects shows, as it stands in the address; what is missing is as usual. */
export type ProjectSearch = {
  q?: string | undefined;
  role?: Role | undefined;
  archived?: true | undefined;
};

/** Reads an address that may have been written by hand. */
export function readProjectSearch(search: Record<string, unknown>): ProjectSearch {
  const { q } = search;
  return {
    q: (typeof q === 'string' || typeof q === 'number') && q !== '' ? String(q).slice(0, 200) : undefined,
    role: roleFilters.find((role) => role === search.role),
    archived: search.archived === true ? true : undefined,
  };
}

export const isInUse = ({ state }: Project): boolean => state === 'active';

/** The projects that the address asks for, those first in which something was done last; archived ones only when they are asked for. */
export function applyProjectSearch(projects: readonly Project[], search: ProjectSearch): Project[] {
  const wanted = (search.q ?? '').trim().toLowerCase();
  return projects
    .filter((project) => search.archived === true || project.state !== 'archived')
    .filter((project) => search.role === undefined || project.role === search.role)
    .filter((project) => `${project.label} ${project.name}`.toLowerCase().includes(wanted))
    .toSorted((a, b) => b.lastActivityAt.localeCompare(a.lastActivityAt));
}
