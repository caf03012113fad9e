import type { Dirent, Stats } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { nameOfBytes, shownName, type FileSort, type ProjectEntry, type ProjectFolder } from '@emberlab/contract';
import { pageIn, type Place } from './paging.ts';
import { ownFolder, partsOf, type Parts } from './tree/path.ts';
import { presentEntry, typeOf } from './tree/present.ts';
import { explained, noEntry, noFolder, notAllowed } from './tree/problems.ts';
import { may } from './tree/rights.ts';
import { holding, itself, walk, walkToFolder, within, type Held, type Tree } from './tree/walk.ts';

/** How many are looked at together where all of a folder have to be. */
const atOnce = 256;

export type ListOptions = {
  readonly after?: string | undefined;
  readonly sort?: FileSort | undefined;
  readonly reverse?: boolean;
  /** part of a name */
  readonly find?: string | undefined;
  /** hidden names too, and what is neither a file nor a folder */
  readonly all?: boolean;
};

type Found = { readonly name: Buffer; readonly text: string; readonly type: ProjectEntry['type'] };

/**
 * A page of what is in a folder of a project. Hidden names and links that lead out of the project are left out unless all is asked for, and so is what is
 * neither a file nor a folder. `path` is relative to the project's folder. Throws `not_found`.
 */
export async function listFolder(tree: Tree, path: string, options: ListOptions = {}): Promise<ProjectFolder> {
  const parts = partsOf(path);
  if (parts === null) throw noFolder();
  try {
    return await holding(walkToFolder(tree, parts), async (folder) => {
      if (!may(tree.who, folder.stats, 'read') || !may(tree.who, folder.stats, 'enter')) throw notAllowed();
      return pageOf(folder, parts, await entriesOf(tree, folder, parts, options), options);
    });
  } catch (error) {
    const known = explained(error);
    throw known instanceof Error && 'code' in known && known.code === 'not_found' ? noFolder() : known;
  }
}

async function entriesOf(tree: Tree, folder: Held, parts: Parts, { find, all }: ListOptions): Promise<Found[]> {
  const matches = matcherOf(find);
  const entries: Dirent<Buffer>[] = await readdir(itself(folder), { withFileTypes: true, encoding: 'buffer' });
  const found: Found[] = [];
  for (const entry of entries) {
    const { name } = entry;
    if (!isShown(name, parts, all === true) || !matches(name)) continue;
    const type = await typeIn(tree, parts, entry);
    if (type !== 'other' || all === true) found.push({ name, text: nameOfBytes(name), type });
  }
  return found;
}

/** Whether names have a text in them, in any case. */
export function matcherOf(find: string | undefined): (name: Buffer) => boolean {
  const wanted = find?.trim().toLowerCase() ?? '';
  return (name) => wanted === '' || shownName(nameOfBytes(name)).toLowerCase().includes(wanted);
}

/** Whether a name in a folder is one that is shown. */
export const isShown = (name: Buffer, parts: Parts, all: boolean): boolean =>
  (all || name[0] !== 0x2e) && !(parts.length === 0 && name.equals(ownFolder));

const typeIn = (
  tree: Tree,
  parts: Parts,
  entry: Dirent<Buffer>,
): Promise<ProjectEntry['type']> | ProjectEntry['type'] =>
  entry.isSymbolicLink() ? typeOfLink(tree, [...parts, entry.name]) : typeOf(entry);

/** What is told of an entry of a folder; null: it went meanwhile. */
export const entryAt = async (
  tree: Tree,
  folder: Held,
  parts: Parts,
  entry: Dirent<Buffer>,
): Promise<ProjectEntry | null> =>
  present(folder, parts, { name: entry.name, text: '', type: await typeIn(tree, parts, entry) });

/** What a link in the project leads to. */
const typeOfLink = (tree: Tree, parts: Parts): Promise<ProjectEntry['type']> =>
  holding(walk(tree, parts, { follow: true }), async ({ stats }) => typeOf(stats)).catch(() => 'other' as const);

async function pageOf(
  folder: Held,
  parts: Parts,
  found: readonly Found[],
  options: ListOptions,
): Promise<ProjectFolder> {
  const { sort = 'name', reverse = false } = options;
  const facts = sort === 'name' ? null : await statsOf(folder, found);
  const placeOf = (one: Found): Place => {
    const stats = facts?.get(one);
    const key =
      sort === 'name' ? one.text.toLowerCase() : sort === 'size' ? (stats?.size ?? 0) : Math.floor(stats?.mtimeMs ?? 0);
    return { isFolder: one.type === 'folder', key, name: one.text };
  };
  const { page, next } = pageIn(found, placeOf, { sort, reverse, after: options.after });
  const items = await Promise.all(page.map((one) => present(folder, parts, one)));
  return { items: items.filter((item) => item !== null), next, total: found.length };
}

async function statsOf(folder: Held, found: readonly Found[]): Promise<Map<Found, Stats>> {
  const stats = new Map<Found, Stats>();
  for (let at = 0; at < found.length; at += atOnce) {
    await Promise.all(
      found.slice(at, at + atOnce).map(async (one) => {
        const facts = await lstat(within(folder, one.name)).catch(() => null);
        if (facts !== null) stats.set(one, facts);
      }),
    );
  }
  return stats;
}

/** null: it went meanwhile. Of a link is told what it is, and when the link was made. */
async function present(folder: Held, parts: Parts, { name, type }: Found): Promise<ProjectEntry | null> {
  const facts = await lstat(within(folder, name)).catch(() => null);
  if (facts === null) return null;
  return { ...presentEntry([...parts, name], facts), type, size: type === 'file' ? facts.size : null };
}

/**
 * The file or folder at a path of a project, relative to its folder. As in a list, nothing is found by a hidden name, which JupyterLab opens as little,
 * nor by a link that leads out of the project. Throws `not_found`.
 */
export async function findEntry(tree: Tree, path: string, { all = false } = {}): Promise<ProjectEntry> {
  const parts = partsOf(path);
  if (parts === null || (!all && parts.some((part) => part[0] === 0x2e))) throw noEntry();
  try {
    return await holding(walk(tree, parts, { follow: true }), async ({ stats }) => {
      if (typeOf(stats) === 'other') throw noEntry();
      return presentEntry(parts, stats);
    });
  } catch (error) {
    throw explained(error);
  }
}
