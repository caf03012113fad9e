import { constants, type Stats } from 'node:fs';
import { open, readlink, realpath, type FileHandle } from 'node:fs/promises';
import type { FileOwner } from '../../../identities/identities.ts';
import { noEntry, noFolder, notAllowed } from './problems.ts';
import { ownFolder, type Parts } from './path.ts';
import { may } from './rights.ts';

/** Linux's: names something without opening it, so that no FIFO waits for us and no device begins to do something. */
const O_PATH = 0o10000000;
/** As many links as the machine follows in one path. */
const mostLinks = 40;

/**
 * Something in a project that is held: whatever its name comes to mean, this stays the same file or folder. It was reached name by name, each looked up in
 * the folder that was held before, and links were followed by us alone, so that none leads out of the project. To be closed.
 */
export type Held = { readonly fd: number; readonly stats: Stats; close(): Promise<void> };

/** Whose files, as whom. */
export type Tree = { readonly root: string; readonly who: FileOwner | null };

/** The address of a name in a held folder, which holds whatever is done to the folders above. */
export const within = ({ fd }: { fd: number }, name: Buffer): Buffer =>
  Buffer.concat([Buffer.from(`/proc/self/fd/${fd}/`), name]);

/** The address of what is held. */
export const itself = ({ fd }: { fd: number }): string => `/proc/self/fd/${fd}`;

async function hold(path: string | Buffer, flags = 0): Promise<Held> {
  const handle = await open(path, O_PATH | constants.O_NOFOLLOW | flags);
  try {
    return { fd: handle.fd, stats: await handle.stat(), close: () => handle.close() };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** Holds a name in a held folder: a link as a link. */
export const holdWithin = (folder: Held, name: Buffer): Promise<Held> => hold(within(folder, name));

/** Opens a held file to read, or a held folder to list. What it is was looked at before: it is that still. */
export const openHeld = (held: Held, flags: number = constants.O_RDONLY): Promise<FileHandle> =>
  open(itself(held), flags | constants.O_NONBLOCK | constants.O_NOCTTY);

/**
 * Holds what lies at a path of a project. `follow`: where the last name is a link, what that leads to. Throws `not_found` for what is not there or lies
 * elsewhere: nobody learns which.
 */
export async function walk(tree: Tree, parts: Parts, { follow }: { follow: boolean }): Promise<Held> {
  const stack: Held[] = [];
  let links = 0;
  const rest = [...parts];
  const rewind = async (left: number): Promise<void> => {
    while (stack.length > left) await stack.pop()?.close();
  };
  try {
    const root = await open(tree.root, O_PATH | constants.O_DIRECTORY);
    stack.push({ fd: root.fd, stats: await root.stat(), close: () => root.close() });
    for (let name = rest.shift(); name !== undefined; name = rest.shift()) {
      if (name.length === 0 || name.equals(dot)) continue;
      if (name.equals(dots)) {
        if (stack.length === 1) throw noEntry();
        await rewind(stack.length - 1);
        continue;
      }
      const folder = stack.at(-1);
      if (folder === undefined || !folder.stats.isDirectory()) throw noEntry();
      if (stack.length === 1 && name.equals(ownFolder)) throw noEntry();
      if (!may(tree.who, folder.stats, 'enter')) throw notAllowed();
      const held = await holdWithin(folder, name);
      if (!held.stats.isSymbolicLink() || (rest.length === 0 && !follow)) {
        stack.push(held);
        continue;
      }
      await held.close();
      links += 1;
      if (links > mostLinks) throw noEntry();
      const target = await readlink(within(folder, name), { encoding: 'buffer' }).catch(noLinkAnyMore);
      if (target === null) {
        rest.unshift(name);
        continue;
      }
      const inside = target[0] === slash ? await belowRoot(tree.root, target) : target;
      if (inside === null) throw noEntry();
      if (inside !== target) await rewind(1);
      rest.unshift(...split(inside));
    }
  } catch (error) {
    await rewind(0);
    throw error;
  }
  const found = stack.pop();
  await rewind(0);
  if (found === undefined) throw noEntry();
  return found;
}

/** Holds a folder of a project. Throws `not_found`. */
export async function walkToFolder(tree: Tree, parts: Parts): Promise<Held> {
  const held = await walk(tree, parts, { follow: true });
  if (held.stats.isDirectory()) return held;
  await held.close();
  throw noFolder();
}

/** Something else has taken the place of a link since it was seen: it is looked at again. */
const noLinkAnyMore = (error: NodeJS.ErrnoException): null => {
  if (error.code === 'EINVAL') return null;
  throw error;
};

const slash = 0x2f;
const dot = Buffer.from('.');
const dots = Buffer.from('..');

const split = (path: Buffer): Buffer[] => {
  const names: Buffer[] = [];
  let from = 0;
  for (let at = 0; at <= path.length; at += 1) {
    if (at < path.length && path[at] !== slash) continue;
    names.push(path.subarray(from, at));
    from = at + 1;
  }
  return names;
};

/** What a whole path says below the project's folder; null: it leads elsewhere. */
async function belowRoot(root: string, target: Buffer): Promise<Buffer | null> {
  for (const one of new Set([root, await realpath(root)])) {
    const start = Buffer.from(`${one}/`);
    if (target.subarray(0, start.length).equals(start)) return target.subarray(start.length);
    if (target.equals(start.subarray(0, -1))) return Buffer.alloc(0);
  }
  return null;
}

/** Runs something with what is held, and lets go of it in the end. */
export async function holding<T>(held: Promise<Held>, use: (held: Held) => Promise<T>): Promise<T> {
  const got = await held;
  try {
    return await use(got);
  } finally {
    await got.close();
  }
}
