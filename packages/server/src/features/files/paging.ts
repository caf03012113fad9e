import type { FileSort } from '@emberlab/contract';

/** Entries on a page. */
export const pageSize = 200;

/** By what an entry has its place in a list: folders first. */
export type Place = { readonly isFolder: boolean; readonly key: number | string; readonly name: string };
/** What names the place of an entry for the next page. */
type Rank = readonly [group: number, key: number | string, name: string];

const compare = (a: number | string, b: number | string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Those of the page behind a place, in their order. `next`: the place behind the last of them; null: there are no more. */
export function pageIn<T>(
  all: readonly T[],
  placeOf: (one: T) => Place,
  options: { readonly sort: FileSort; readonly reverse: boolean; readonly after: string | undefined },
): { page: T[]; next: string | null } {
  const order = (a: Rank, b: Rank): number =>
    a[0] - b[0] || (options.reverse ? -1 : 1) * (compare(a[1], b[1]) || compare(a[2], b[2]));
  const after = rankFrom(options.after, options.sort);
  const sorted = all
    .map((one) => {
      const { isFolder, key, name } = placeOf(one);
      return { one, rank: [isFolder ? 0 : 1, key, name] as Rank };
    })
    .filter(({ rank }) => after === null || order(rank, after) > 0)
    .toSorted((a, b) => order(a.rank, b.rank));
  const page = sorted.slice(0, pageSize);
  const next = sorted.length > page.length ? JSON.stringify(page.at(-1)?.rank) : null;
  return { page: page.map(({ one }) => one), next };
}

/** The place that a `next` names; null: the beginning, also for one that was written by hand. */
function rankFrom(after: string | undefined, sort: FileSort): Rank | null {
  try {
    const value: unknown = JSON.parse(after ?? 'null');
    if (!Array.isArray(value)) return null;
    const [group, key, name] = value as unknown[];
    const good =
      typeof group === 'number' && typeof name === 'string' && typeof key === (sort === 'name' ? 'string' : 'number');
    return good ? [group, key as number | string, name] : null;
  } catch {
    return null;
  }
}
