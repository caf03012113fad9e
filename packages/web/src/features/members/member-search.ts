import type { Member, Role } from '@emberlab/contract';
import { roleFilters } from '../projects/project-search.ts';

const sortKeys = ['name', 'role', 'since'] as const;
export type MemberSortKey = (typeof sortKeys)[number];

/** What the list of members shows, as it stands in the address; what is missing is as usual. */
export type MemberSearch = {
  q?: string | undefined;
  role?: Role | undefined;
  sort?: MemberSortKey | undefined;
};

/** Reads an address that may have been written by hand. */
export function readMemberSearch(search: Record<string, unknown>): MemberSearch {
  const { q } = search;
  return {
    q: (typeof q === 'string' || typeof q === 'number') && q !== '' ? String(q).slice(0, 200) : undefined,
    role: roleFilters.find((role) => role === search.role),
    sort: sortKeys.find((key) => key === search.sort),
  };
}

const compare = {
  name: (a: Member, b: Member) => a.name.localeCompare(b.name),
  role: (a: Member, b: Member) => roleFilters.indexOf(a.role) - roleFilters.indexOf(b.role),
  since: (a: Member, b: Member) => b.since.localeCompare(a.since),
} as const;

/** The members that the address asks for, in its order. */
export function applyMemberSearch(members: readonly Member[], search: MemberSearch): Member[] {
  const wanted = (search.q ?? '').trim().toLowerCase();
  const order = compare[search.sort ?? 'name'];
  return members
    .filter((member) => search.role === undefined || member.role === search.role)
    .filter((member) => `${member.name} ${member.email}`.toLowerCase().includes(wanted))
    .toSorted((a, b) => order(a, b) || a.name.localeCompare(b.name) || a.email.localeCompare(b.email));
}
