import { readdir } from 'node:fs/promises';
import type { Dirent } from 'node:fs';
import type { FoundFiles, ProjectEntry } from '@emberlab/contract';
import { entryAt, isShown, matcherOf } from './listing.ts';
import { partsOf, type Parts } from './tree/path.ts';
import { explained, noFolder, notAllowed } from './tree/problems.ts';
import { may } from './tree/rights.ts';
import { holding, itself, walk, walkToFolder, type Held, type Tree } from './tree/walk.ts';

/** How far a search goes. Members make folders as they like, and nobody's search keeps the platform busy for long. */
const bounds = { found: 500, seen: 50_000, folders: 5000, depth: 50 };

export type SearchOptions = {
  /** part of a name; absent: all names */
  readonly find?: string | undefined;
  readonly all?: boolean;
  readonly bounds?: Partial<typeof bounds>;
};

/**
 * What is called so in a folder of a project and in all folders below it, level by level. Links are found and not followed, so nothing is found twice and
 * nothing outside. Each folder is reached from the project's anew: what was moved meanwhile is not there. Throws `not_found`.
 */
export async function searchFolder(tree: Tree, path: string, options: SearchOptions = {}): Promise<FoundFiles> {
  const parts = partsOf(path);
  if (parts === null) throw noFolder();
  const most = { ...bounds, ...options.bounds };
  const matches = matcherOf(options.find);
  const items: ProjectEntry[] = [];
  let seen = 0;
  let level: Parts[] = [parts];
  let folders = 0;
  let cut = false;

  /** Looks at one folder; answers those in it. */
  const look = async (folder: Held, at: Parts): Promise<Parts[]> => {
    if (!may(tree.who, folder.stats, 'read') || !may(tree.who, folder.stats, 'enter')) {
      if (at === parts) throw notAllowed();
      return [];
    }
    const entries: Dirent<Buffer>[] = await readdir(itself(folder), { withFileTypes: true, encoding: 'buffer' });
    const below: Parts[] = [];
    for (const entry of entries.toSorted((a, b) => Buffer.compare(a.name, b.name))) {
      if (!isShown(entry.name, at, options.all === true)) continue;
      seen += 1;
      if (seen > most.seen || items.length >= most.found) {
        cut = true;
        return [];
      }
      const its = [...at, entry.name];
      if (matches(entry.name)) {
        const found = await entryAt(tree, folder, at, entry);
        if (found !== null && (found.type !== 'other' || options.all === true)) items.push(found);
      }
      if (entry.isDirectory()) below.push(its);
    }
    return below;
  };

  try {
    await holding(walkToFolder(tree, parts), async (folder) => {
      level = await look(folder, parts);
    });
    for (let depth = 1; level.length > 0 && !cut; depth += 1) {
      if (depth > most.depth) {
        cut = true;
        break;
      }
      const next: Parts[] = [];
      for (const at of level) {
        folders += 1;
        if (folders > most.folders) cut = true;
        if (cut) break;
        next.push(...(await within(tree, at, (folder) => look(folder, at))));
      }
      level = next;
    }
  } catch (error) {
    const known = explained(error);
    throw known instanceof Error && 'code' in known && known.code === 'not_found' ? noFolder() : known;
  }
  return { items, cut };
}

/** Nothing where the folder is gone, closed, or something else by now. */
const within = (tree: Tree, at: Parts, look: (folder: Held) => Promise<Parts[]>): Promise<Parts[]> =>
  holding(walk(tree, at, { follow: false }), (folder) =>
    folder.stats.isDirectory() ? look(folder) : Promise.resolve([]),
  ).catch(() => []);
