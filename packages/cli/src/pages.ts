import { InvalidArgumentError } from 'commander';
import { forPeople } from './connection.ts';

type Page<T> = { readonly items: readonly T[]; readonly next: string | null };

/** More than that no list of the platform answers at once. */
const pageSize = 100;

/** What is behind an option such as `--limit`: how many at most. */
export function howMany(value: string): number {
  if (!/^[1-9]\d{0,5}$/.test(value)) throw new InvalidArgumentError('Please give a whole number, from 1.');
  return Number(value);
}

/** Reads a list page by page, up to `most` of it; `next` is null where that is all. Throws what a call says to people. */
export async function readPages<T>(
  read: (at: { cursor?: string; limit: string }) => Promise<Page<T>>,
  most = Number.POSITIVE_INFINITY,
): Promise<{ items: T[]; next: string | null }> {
  const items: T[] = [];
  let next: string | null = null;
  do {
    const page: Page<T> = await forPeople(
      read({ ...(next === null ? {} : { cursor: next }), limit: String(Math.min(most - items.length, pageSize)) }),
    );
    items.push(...page.items);
    ({ next } = page);
  } while (next !== null && items.length < most);
  return { items, next };
}

/** A table, and a line that says so where there is more than it has. */
export const cutTable = (table: string, { next }: { readonly next: string | null }): string =>
  next === null ? table : `${table}\nThere are more. To see them as well, please give a larger --limit.`;
