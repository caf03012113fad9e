/** What the page of limits shows, as it stands in the address; what is missing is as usual. */
export type LimitsSearch = {
  of?: 'users' | undefined;
  q?: string | undefined;
  own?: '1' | undefined;
};

/** Reads an address that may have been written by hand. */
export function readLimitsSearch(search: Record<string, unknown>): LimitsSearch {
  const { q } = search;
  return {
    of: search['of'] === 'users' ? 'users' : undefined,
    q: (typeof q === 'string' || typeof q === 'number') && q !== '' ? String(q).slice(0, 200) : undefined,
    own: String(search['own']) === '1' ? '1' : undefined,
  };
}
