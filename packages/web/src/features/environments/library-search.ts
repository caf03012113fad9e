import type { Library } from '@emberlab/contract';

export const libraryFilters = ['asked', 'pulled', 'updates', 'needed'] as const;
export type LibraryFilter = (typeof libraryFilters)[number];
export const librarySorts = ['name', 'size'] as const;
export type LibrarySort = (typeof librarySorts)[number];

/** What the list of libraries shows, as it stands in the address; what is missing is as usual: all, those that were asked for first. */
export type LibrarySearch = {
  q?: string | undefined;
  show?: LibraryFilter | undefined;
  sort?: LibrarySort | undefined;
};

/** Reads an address that may have been written by hand. */
export function readLibrarySearch(search: Record<string, unknown>): LibrarySearch {
  const { q } = search;
  return {
    q: (typeof q === 'string' || typeof q === 'number') && q !== '' ? String(q).slice(0, 200) : undefined,
    show: libraryFilters.find((each) => each === search.show),
    sort: librarySorts.find((each) => each === search.sort),
  };
}

/** Whether there is a newer version than the one that is installed. */
export const hasUpdate = ({ version, latest }: Library): boolean => latest !== null && latest !== version;

const fits: Readonly<Record<LibraryFilter, (library: Library) => boolean>> = {
  asked: ({ requested }) => requested,
  pulled: ({ requested }) => !requested,
  updates: hasUpdate,
  needed: ({ usedBy }) => usedBy.length > 0,
};

const byName = (a: Library, b: Library): number => a.name.localeCompare(b.name, 'en', { sensitivity: 'base' });
const order = {
  asked: (a: Library, b: Library) => Number(b.requested) - Number(a.requested) || byName(a, b),
  name: byName,
  size: (a: Library, b: Library) => b.bytes - a.bytes || byName(a, b),
} as const;

/** The libraries that the address asks for, in its order. Words are looked for in names and in what libraries say of themselves. */
export function applyLibrarySearch(libraries: readonly Library[], search: LibrarySearch): Library[] {
  const { show } = search;
  const words = (search.q ?? '').toLowerCase().split(/\s+/);
  return libraries
    .filter((library) => show === undefined || fits[show](library))
    .filter(({ name, summary }) => {
      const text = `${name} ${name.replaceAll(/[-_.]/g, '-')} ${summary ?? ''}`.toLowerCase();
      return words.every((word) => text.includes(word));
    })
    .toSorted(order[search.sort ?? 'asked']);
}
