import { bytesOfName, type FoundFiles, type ProjectEntry, type ProjectFolder } from '@emberlab/contract';
import { everythingIn, type Storage, type StoredEntry } from '../../../storage/storage.ts';
import { isShown, matcherOf, type ListOptions } from '../listing.ts';
import { pageIn } from '../paging.ts';
import type { SearchOptions } from '../search.ts';
import { partsOf, type Parts } from '../tree/path.ts';
import { noEntry, noFolder } from '../tree/problems.ts';
import type { Tree } from '../tree/walk.ts';
import { partsAt, placeOf } from './place.ts';
import { presentStored } from './present.ts';
import { asked, explainedByStorage } from './problems.ts';

/** So many entries of a folder are sorted; more are not shown. */
const mostInFolder = 100_000;
/** How far a search goes: each folder is a question to the storage. */
const searched = { found: 500, seen: 50_000, folders: 1000, depth: 50 };

type Found = { readonly parts: Parts; readonly name: Buffer; readonly entry: StoredEntry };

/** What is in a folder and is shown; `looked`: how much there is, shown or not, and no more than `most` of it. Throws `not_found`. */
async function entriesIn(
  storage: Storage,
  tree: Tree,
  parts: Parts,
  { find, all, most = mostInFolder }: Pick<ListOptions, 'find' | 'all'> & { most?: number },
): Promise<{ found: Found[]; looked: number }> {
  const matches = matcherOf(find);
  const entries = await everythingIn(storage, placeOf(tree, parts), most);
  const found = entries
    .map((entry) => ({ entry, name: Buffer.from(bytesOfName(entry.name)) }))
    .filter(({ name }) => isShown(name, parts, all === true) && matches(name))
    .map(({ entry, name }) => ({ entry, name, parts: [...parts, name] }));
  return { found, looked: entries.length };
}

/** As `listFolder`, of files in a storage. */
export async function listStored(
  storage: Storage,
  tree: Tree,
  path: string,
  options: ListOptions = {},
): Promise<ProjectFolder> {
  const parts = partsOf(path);
  if (parts === null) throw noFolder();
  const { sort = 'name', reverse = false, after } = options;
  let found: Found[];
  try {
    ({ found } = await entriesIn(storage, tree, parts, options));
  } catch (error) {
    throw asNoFolder(explainedByStorage(error));
  }
  const { page, next } = pageIn(
    found,
    ({ entry }) => ({
      isFolder: entry.type === 'folder',
      key: sort === 'name' ? entry.name.toLowerCase() : sort === 'size' ? entry.size : entry.changedAt,
      name: entry.name,
    }),
    { sort, reverse, after },
  );
  return { items: page.map((one) => presentStored(one.parts, one.entry)), next, total: found.length };
}

/** As `searchFolder`, of files in a storage. */
export async function searchStored(
  storage: Storage,
  tree: Tree,
  path: string,
  options: SearchOptions = {},
): Promise<FoundFiles> {
  const most = { ...searched, ...options.bounds };
  const matches = matcherOf(options.find);
  const items: ProjectEntry[] = [];
  const parts = partsOf(path);
  if (parts === null) throw noFolder();
  let [seen, folders, cut] = [0, 0, false];
  let level: Parts[] = [parts];
  for (let depth = 0; level.length > 0 && !cut; depth += 1) {
    const next: Parts[] = [];
    for (const at of level) {
      folders += 1;
      if (folders > most.folders || depth > most.depth || seen > most.seen) cut = true;
      if (cut) break;
      let all: Awaited<ReturnType<typeof entriesIn>>;
      try {
        all = await entriesIn(storage, tree, at, { all: options.all === true, most: most.seen - seen + 1 });
      } catch (error) {
        const known = explainedByStorage(error);
        // A folder below that has gone meanwhile has nothing in it.
        if (depth > 0 && isNotFound(known)) continue;
        throw asNoFolder(known);
      }
      seen += all.looked;
      for (const one of all.found) {
        if (items.length >= most.found) {
          cut = true;
          break;
        }
        if (matches(one.name)) items.push(presentStored(one.parts, one.entry));
        if (one.entry.type === 'folder') next.push(one.parts);
      }
    }
    level = next;
  }
  return { items, cut: cut || seen > most.seen };
}

/** As `findEntry`, of files in a storage. */
export async function findStored(
  storage: Storage,
  tree: Tree,
  path: string,
  { all = false } = {},
): Promise<ProjectEntry> {
  const parts = partsAt(path);
  if (!all && parts.some((part) => part[0] === 0x2e)) throw noEntry();
  const entry = await asked(storage.stat(placeOf(tree, parts)));
  if (entry === null) throw noEntry();
  return presentStored(parts, entry);
}

const isNotFound = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'not_found';

const asNoFolder = (error: unknown): unknown => (isNotFound(error) ? noFolder() : error);
