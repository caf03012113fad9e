export const peopleFilters = ['active', 'disabled', 'administrators'] as const;

/** What the list of users shows, as it stands in the address; what is missing is as usual. */
export type PeopleSearch = { q?: string | undefined; show?: (typeof peopleFilters)[number] | undefined };

/** Reads an address that may have been written by hand. */
export function readPeopleSearch(search: Record<string, unknown>): PeopleSearch {
  const { q } = search;
  return {
    q: (typeof q === 'string' || typeof q === 'number') && q !== '' ? String(q).slice(0, 200) : undefined,
    show: peopleFilters.find((filter) => filter === search['show']),
  };
}
