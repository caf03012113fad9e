import { randomBytes } from 'node:crypto';
import { link, rename, unlink } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { nameOfBytes, type ProjectEntry } from '@emberlab/contract';
import { HttpError } from '../../http/errors.ts';
import type { Actor, Membership } from '../../http/router.ts';
import type { Limits } from '../limits/index.ts';
import { newPartsOf } from './changes.ts';
import { makeFile, makeFolder, mustBeOpen } from './tree/make.ts';
import type { Parts } from './tree/path.ts';
import { presentEntry } from './tree/present.ts';
import { explained, notAllowed, taken } from './tree/problems.ts';
import { may } from './tree/rights.ts';
import { holding, holdWithin, walkToFolder, within, type Held, type Tree } from './tree/walk.ts';

/** How many names are tried for a file whose own is taken. */
const mostNumber = 1000;

/**
 * Writes a file into a folder that is held while it comes; it gets its name once it is whole, and never that of another. null: there is something of that
 * name. Nothing is left of a file that could not be written.
 */
export async function putFile(
  tree: Tree,
  folder: Held,
  parts: Parts,
  content: AsyncIterable<Buffer>,
): Promise<ProjectEntry | null> {
  const name = parts.at(-1) ?? Buffer.alloc(0);
  const partial = Buffer.from(`.part-${randomBytes(8).toString('hex')}`);
  const there = await holdWithin(folder, name).catch(() => null);
  await there?.close();
  if (there !== null) return null;
  const file = await makeFile(tree.who, folder, partial);
  try {
    await pipeline(content, file.createWriteStream());
    // Unlike a rename this never takes the place of what is there.
    await link(within(folder, partial), within(folder, name));
    return await holding(holdWithin(folder, name), async ({ stats }) => presentEntry(parts, stats));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return null;
    throw error;
  } finally {
    await unlink(within(folder, partial)).catch(() => undefined);
    await file.close();
  }
}

/**
 * Writes a whole file, in the place of the one before where there is one: until all of it has come, that stays. It belongs to who has saved it then. Throws
 * `not_found` where its folder is not there, `forbidden`.
 */
export async function saveFile(tree: Tree, path: string, content: AsyncIterable<Buffer>): Promise<ProjectEntry> {
  const { parts, above, name } = newPartsOf(path);
  try {
    return await holding(walkToFolder(tree, above), async (folder) => {
      mustBeOpen(tree.who, folder);
      const there = await holdWithin(folder, name).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return null;
        throw error;
      });
      await there?.close();
      if (there !== null && !there.stats.isFile()) throw taken(nameOfBytes(name));
      if (there !== null && !may(tree.who, there.stats, 'write')) throw notAllowed();
      const partial = Buffer.from(`.part-${randomBytes(8).toString('hex')}`);
      const file = await makeFile(tree.who, folder, partial);
      try {
        await pipeline(content, file.createWriteStream());
        await rename(within(folder, partial), within(folder, name));
        return await holding(holdWithin(folder, name), async ({ stats }) => presentEntry(parts, stats));
      } finally {
        await unlink(within(folder, partial)).catch(() => undefined);
        await file.close();
      }
    });
  } catch (error) {
    throw explained(error);
  }
}

/** A file of the platform's own that is to be copied into a project. */
export type Gift = {
  /** the folders that lead to it in the project; they are made where they are missing */
  readonly folder: readonly string[];
  readonly name: string;
  readonly size: number;
  open(): Readable;
};
/** A member who is to have it. */
export type Receiver = { readonly membership: Membership; readonly actor: Actor };

/** Has a file written where it may be. */
export type LetIn = (
  keep: (content: AsyncIterable<Buffer>) => Promise<ProjectEntry | null>,
) => Promise<ProjectEntry | null>;

export type Gifts = ReturnType<typeof createGifts>;

/** Copies files of the platform's own into projects, as members who may change files there. */
export function createGifts(deps: {
  files: { readonly put: typeof putFirst };
  treeOf(to: Receiver): Promise<Tree>;
  upload: Limits['upload'];
}) {
  async function put(to: Receiver, gift: Gift, names: Iterable<string>): Promise<ProjectEntry | null> {
    const owner = { projectId: to.membership.project.id, userId: to.actor.user.id };
    const tree = await deps.treeOf(to);
    return deps.files.put(tree, gift.folder, names, (keep) =>
      deps
        .upload(owner, gift.size, async () => {
          const entry = await keep(contentOf(gift));
          return { entry, size: entry?.size ?? 0 };
        })
        .then(({ entry }) => entry),
    );
  }

  return {
    /** Copies a file; where its name is taken, the copy's has a number. */
    async copyBeside(to: Receiver, gift: Gift): Promise<ProjectEntry> {
      const entry = await put(to, gift, numbered(gift.name));
      if (entry !== null) return entry;
      throw new HttpError('name_taken', {
        message: `There are ${mostNumber} files with the name ${gift.name} already. Please delete some that you don’t need.`,
      });
    },
    /** Copies a file unless there is something of its name, which stays as it is. */
    async copyIfMissing(to: Receiver, gift: Gift): Promise<void> {
      await put(to, gift, [gift.name]);
    },
  };
}

/** Opened once it is read: not for a name that turns out to be taken. */
async function* contentOf(gift: Gift): AsyncGenerator<Buffer> {
  for await (const chunk of gift.open()) yield chunk as Buffer;
}

/** `a.ipynb`, `a-2.ipynb`, `a-3.ipynb` and so on. */
function* numbered(name: string): Generator<string> {
  const dot = name.lastIndexOf('.');
  const [stem, ending] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ''];
  yield name;
  for (let number = 2; number <= mostNumber; number += 1) yield `${stem}-${number}${ending}`;
}

/**
 * Writes a file under the first of some names that is free, in a folder that is made with those above it where it is missing; null: none was. `letIn` is asked
 * before anything is written.
 */
export async function putFirst(
  tree: Tree,
  folders: readonly string[],
  names: Iterable<string>,
  letIn: LetIn,
): Promise<ProjectEntry | null> {
  const above = folders.map((name) => Buffer.from(name));
  try {
    return await holding(folderAt(tree, above), async (folder) => {
      for (const name of names) {
        if (await isThere(folder, Buffer.from(name))) continue;
        mustBeOpen(tree.who, folder);
        const entry = await letIn((content) => putFile(tree, folder, [...above, Buffer.from(name)], content));
        if (entry !== null) return entry;
      }
      return null;
    });
  } catch (error) {
    throw explained(error);
  }
}

const isThere = (folder: Held, name: Buffer): Promise<boolean> =>
  holdWithin(folder, name).then(
    async (held) => {
      await held.close();
      return true;
    },
    () => false,
  );

/** Holds a folder of a project, which is made with those above it where it is missing. */
async function folderAt(tree: Tree, parts: Parts): Promise<Held> {
  const name = parts.at(-1);
  if (name === undefined) return walkToFolder(tree, parts);
  await holding(folderAt(tree, parts.slice(0, -1)), async (above) => {
    if (await isThere(above, name)) return;
    mustBeOpen(tree.who, above);
    // Somebody may have made it since: then it is theirs.
    await makeFolder(tree.who, above, name).catch((error: unknown) => {
      if (!(error instanceof HttpError && error.code === 'name_taken')) throw error;
    });
  });
  return walkToFolder(tree, parts);
}
