import { constants } from 'node:fs';
import { link, lstat, mkdir, open, rename, unlink, type FileHandle } from 'node:fs/promises';
import { nameOfBytes } from '@emberlab/contract';
import { HttpError } from '../../../http/errors.ts';
import type { FileOwner } from '../../../identities/identities.ts';
import { notAllowed, taken } from './problems.ts';
import { may } from './rights.ts';
import { holdWithin, itself, within, type Held, type Tree } from './walk.ts';

/** For the project's group, and closed to others (umask 007). */
const fileMode = 0o660;
const folderMode = 0o770;
/** What is made in it is the group's too. */
const groupStays = 0o2000;

const isThere = (folder: Held, name: Buffer): Promise<boolean> =>
  lstat(within(folder, name)).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return false;
      throw error;
    },
  );

/** Throws unless names may be made and taken away in a folder. */
export function mustBeOpen(who: FileOwner | null, folder: Held): void {
  if (!may(who, folder.stats, 'write') || !may(who, folder.stats, 'enter')) throw notAllowed();
}

/** Makes an empty file that was not there, and opens it to be written. It belongs to who it is made for from the start. */
export async function makeFile(who: FileOwner | null, folder: Held, name: Buffer): Promise<FileHandle> {
  const { O_CREAT, O_EXCL, O_RDWR, O_NOFOLLOW } = constants;
  const file = await open(within(folder, name), O_CREAT | O_EXCL | O_RDWR | O_NOFOLLOW, 0o600);
  try {
    if (who !== null) await file.chown(who.user ?? 0, who.group);
    await file.chmod(fileMode);
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Makes a folder. Throws `name_taken`. */
export async function makeFolder(who: FileOwner | null, folder: Held, name: Buffer): Promise<void> {
  try {
    await mkdir(within(folder, name), { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw taken(nameOfBytes(name));
    throw error;
  }
  const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW } = constants;
  const made = await open(within(folder, name), O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  try {
    // Members may have put something else in its place already: that is theirs, and stays as it is.
    const { uid } = await made.stat();
    if (uid !== process.getuid?.()) return;
    if (who !== null) await made.chown(who.user ?? 0, who.group);
    await made.chmod(folderMode | (who === null ? 0 : groupStays));
  } finally {
    await made.close();
  }
}

/**
 * Gives something another name, in this folder or another, and never takes the place of what is there: a file gets its new name before it loses the old
 * one, and a folder could only take the place of an empty one. Throws `name_taken`.
 */
export async function moveName(from: Held, name: Buffer, to: Held, newName: Buffer): Promise<void> {
  const [source, target] = [within(from, name), within(to, newName)];
  if (await isThere(to, newName)) throw taken(nameOfBytes(newName));
  const { isFolder } = await lstat(source).then((stats) => ({ isFolder: stats.isDirectory() }));
  if (isFolder) return renameFolder(source, target, newName);
  try {
    await link(source, target);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') throw taken(nameOfBytes(newName));
    // A disk that knows no second names, or a file that we may not give one.
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'EMLINK') throw error;
    return rename(source, target);
  }
  await unlink(source);
}

async function renameFolder(source: Buffer, target: Buffer, newName: Buffer): Promise<void> {
  try {
    await rename(source, target);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOTEMPTY' || code === 'EEXIST' || code === 'ENOTDIR') throw taken(nameOfBytes(newName));
    throw error;
  }
}

/** Holds one of our own folders in a project, which is made where it is missing. Nothing is followed on the way. */
export async function holdOwnFolder(tree: Tree, root: Held, names: readonly Buffer[]): Promise<Held> {
  let held = root;
  for (const name of names) {
    const above = held;
    try {
      await mkdir(within(above, name), { mode: 0o700 }).then(
        () => openToGroup(tree, above, name),
        (error: NodeJS.ErrnoException) => {
          if (error.code !== 'EEXIST') throw error;
        },
      );
      held = await holdWithin(above, name);
    } finally {
      if (above !== root) await above.close();
    }
    if (!held.stats.isDirectory()) {
      await held.close();
      throw new HttpError('bad_request', {
        message: `Something stands in the place of the folder ${nameOfBytes(name)} in the project, where deleted files and uploads are kept. Please remove it in a terminal.`,
      });
    }
  }
  return held;
}

async function openToGroup({ who }: Tree, folder: Held, name: Buffer): Promise<void> {
  const made = await open(within(folder, name), constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  try {
    if (who !== null) await made.chown(process.getuid?.() ?? 0, who.group);
    await made.chmod(folderMode | (who === null ? 0 : groupStays));
  } finally {
    await made.close();
  }
}

/** Where a program of ours finds a held folder while we hold it. */
export const placeFor = (held: Held): string => itself(held).replace('self', String(process.pid));
