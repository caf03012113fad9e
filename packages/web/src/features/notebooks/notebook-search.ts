/** Which notebooks the Jupyter page lists, as it stands in the address; what is missing is as usual. */
export type NotebookSearch = {
  notebooks?: 'mine' | 'all' | undefined;
  find?: string | undefined;
};

/** Reads an address that may have been written by hand. */
export function readNotebookSearch(search: Record<string, unknown>): NotebookSearch {
  const { notebooks, find } = search;
  return {
    notebooks: notebooks === 'mine' || notebooks === 'all' ? notebooks : undefined,
    find:
      (typeof find === 'string' || typeof find === 'number') && find !== '' ? String(find).slice(0, 200) : undefined,
  };
}
