import type { ProjectEntry } from '@emberlab/contract';
import { aboveOf, StorageError, type Storage } from '../../../storage/storage.ts';
import { newPartsOf } from '../changes.ts';
import { isKept, partsOf, pathOf, splitLast, type Parts } from '../tree/path.ts';
import { belongsToProject, noEntry } from '../tree/problems.ts';
import type { Tree } from '../tree/walk.ts';
import { placeOf } from './place.ts';
import { presentStored } from './present.ts';
import { asked } from './problems.ts';

/** As `makeFolderAt`, in a storage. */
export async function makeStoredFolder(storage: Storage, tree: Tree, path: string): Promise<ProjectEntry> {
  const { parts } = newPartsOf(path);
  return presentStored(parts, await asked(storage.makeFolder(placeOf(tree, parts))));
}

/** As `moveEntry`, in a storage. Where that is an object store, a folder is copied and then removed. */
export async function moveStored(storage: Storage, tree: Tree, from: string, to: string): Promise<ProjectEntry> {
  const old = partsOf(from);
  if (old === null || splitLast(old) === null) throw noEntry();
  if (isKept(old)) throw belongsToProject(pathOf(old));
  const { parts } = newPartsOf(to);
  await asked(storage.move(placeOf(tree, old), placeOf(tree, parts)));
  const moved = await asked(storage.stat(placeOf(tree, parts)));
  if (moved === null) throw noEntry();
  return presentStored(parts, moved);
}

/** Writes a whole file, in the place of the one before where there is one. */
export async function saveStored(
  storage: Storage,
  tree: Tree,
  path: string,
  content: AsyncIterable<Buffer>,
): Promise<ProjectEntry> {
  const { parts } = newPartsOf(path);
  return presentStored(parts, await asked(storage.write(placeOf(tree, parts), content, { replace: true })));
}

/** Writes a file that is not there yet; the folder above is made where it is missing. null: there is something of that name. */
export async function putStored(
  storage: Storage,
  tree: Tree,
  parts: Parts,
  content: AsyncIterable<Buffer>,
): Promise<ProjectEntry | null> {
  const place = placeOf(tree, parts);
  try {
    await makeFolders(storage, aboveOf(place));
    return presentStored(parts, await storage.write(place, content, { replace: false }));
  } catch (error) {
    if (error instanceof StorageError && error.fault === 'taken') return null;
    return await asked(Promise.reject(error as Error));
  }
}

/** Makes a folder with those above it, where they are missing. */
export async function makeFolders(storage: Storage, place: string): Promise<void> {
  if (place === '' || (await storage.stat(place))?.type === 'folder') return;
  await makeFolders(storage, aboveOf(place));
  await storage.makeFolder(place).catch((error: unknown) => {
    // Somebody has made it since.
    if (!(error instanceof StorageError && error.fault === 'taken')) throw error;
  });
}
