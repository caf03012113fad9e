import { nameOfBytes, shownName } from '@emberlab/contract';
import type { Storage, StoredEntry } from '../../../storage/storage.ts';
import type { Sendable } from '../content/answer.ts';
import { archiveFrom, type Archive, type ArchiveFormat } from '../content/archive.ts';
import type { Entry } from '../content/below.ts';
import { ownFolder, partsOf, type Parts } from '../tree/path.ts';
import { noEntry, noFolder } from '../tree/problems.ts';
import type { Tree } from '../tree/walk.ts';
import { partsAt, placeOf, projectOf } from './place.ts';
import { asked } from './problems.ts';

/** What an archive says of modes: of files and folders for a group (umask 007). */
const modes = { file: 0o100660, folder: 0o040770 };
const deepest = 200;

/** A file in a storage, to be sent. Throws `not_found`. */
export async function openStored(storage: Storage, tree: Tree, path: string): Promise<Sendable> {
  const parts = partsAt(path);
  const place = placeOf(tree, parts);
  const there = await asked(storage.stat(place));
  if (there?.type !== 'file') throw noEntry();
  const { size, tag } = there;
  return {
    name: shownName(nameOfBytes(parts.at(-1) ?? Buffer.alloc(0))),
    size,
    tag,
    part: (start, length) => bytesOf(storage, place, { start, length, tag }),
    // Nothing is open before it is read.
    release: async () => undefined,
  };
}

async function* bytesOf(
  storage: Storage,
  place: string,
  part: { start: number; length: number; tag: string },
): AsyncGenerator<Buffer> {
  if (part.length === 0) return;
  let seen = 0;
  const stream = await storage.read(place, part);
  try {
    for await (const chunk of stream) {
      seen += (chunk as Buffer).length;
      yield chunk as Buffer;
    }
  } finally {
    stream.destroy();
  }
  if (seen !== part.length) throw new Error('the file was cut short while it was read');
}

/** A folder in a storage as an archive that is made while it is read. Throws `not_found`. */
export async function archiveStored(
  storage: Storage,
  tree: Tree,
  path: string,
  format: ArchiveFormat,
): Promise<Archive> {
  const parts = partsOf(path);
  if (parts === null) throw noFolder();
  const there = await asked(storage.stat(placeOf(tree, parts)));
  if (there?.type !== 'folder') throw noFolder();
  const name = parts.at(-1) ?? Buffer.from(projectOf(tree));
  const entries = entriesBelow(storage, placeOf(tree, parts), there, Buffer.concat([name, Buffer.from('/')]));
  return archiveFrom(entries, name, format, async () => undefined);
}

async function* entriesBelow(
  storage: Storage,
  place: string,
  folder: StoredEntry,
  name: Buffer,
  depth = 0,
): AsyncGenerator<Entry> {
  yield { name, stats: { mode: modes.folder, mtimeMs: folder.changedAt }, size: 0, content: null };
  if (depth > deepest) throw new Error('the folders in this folder go too deep for an archive');
  for await (const entry of eachIn(storage, place)) {
    if (depth === 0 && ownFolder.equals(Buffer.from(entry.name))) continue;
    const full = Buffer.concat([name, Buffer.from(entry.name)]);
    const its = `${place}/${entry.name}`;
    if (entry.type === 'folder') {
      yield* entriesBelow(storage, its, entry, Buffer.concat([full, Buffer.from('/')]), depth + 1);
    } else {
      const { size, tag, changedAt } = entry;
      const content = bytesOf(storage, its, { start: 0, length: size, tag });
      yield { name: full, stats: { mode: modes.file, mtimeMs: changedAt }, size, content };
    }
  }
}

/** What is in a folder, a page of it at a time: there may be more than one wants to have in memory. */
async function* eachIn(storage: Storage, place: string): AsyncGenerator<StoredEntry> {
  for (let next: string | null = null; ;) {
    const page = await storage.list(place, next);
    yield* page.entries;
    next = page.next;
    if (next === null) return;
  }
}

/** Whether a path of a project is a file in a storage. */
export async function isFileStored(storage: Storage, tree: Pick<Tree, 'root'>, path: string): Promise<boolean> {
  const parts: Parts | null = partsOf(path);
  return parts !== null && (await asked(storage.stat(placeOf(tree, parts))))?.type === 'file';
}
