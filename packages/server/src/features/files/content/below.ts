import type { Stats } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { ownFolder } from '../tree/path.ts';
import { may } from '../tree/rights.ts';
import { holdWithin, itself, openHeld, type Held, type Tree } from '../tree/walk.ts';

/** Folders in folders: each is held while what is in it is read. */
const deepest = 200;
const chunkBytes = 256 * 1024;

/** Something that goes into an archive. `content` null: a folder, whose name has a slash at its end. It is to be read before the next is asked for. */
export type Entry = {
  readonly name: Buffer;
  readonly stats: Pick<Stats, 'mode' | 'mtimeMs'>;
  /** of a file: as many bytes come, whatever becomes of it meanwhile */
  readonly size: number;
  readonly content: AsyncGenerator<Buffer> | null;
};

/** A folder and all in it. What is no file or folder is left out, and so is what went meanwhile or is closed to who asks. `name`: with a slash at its end. */
export async function* entriesBelow(tree: Tree, folder: Held, name: Buffer, depth = 0): AsyncGenerator<Entry> {
  yield { name, stats: folder.stats, size: 0, content: null };
  if (!may(tree.who, folder.stats, 'read') || !may(tree.who, folder.stats, 'enter')) return;
  if (depth > deepest) throw new Error('the folders in this folder go too deep for an archive');
  const names = await readdir(itself(folder), { encoding: 'buffer' }).catch(() => []);
  for (const one of names) {
    if (one.equals(ownFolder)) continue;
    const held = await holdWithin(folder, one).catch(() => null);
    if (held === null) continue;
    try {
      const full = Buffer.concat([name, one]);
      if (held.stats.isDirectory()) {
        yield* entriesBelow(tree, held, Buffer.concat([full, Buffer.from('/')]), depth + 1);
      } else if (held.stats.isFile() && may(tree.who, held.stats, 'read')) {
        const file = await openHeld(held).catch(() => null);
        if (file === null) continue;
        try {
          const { stats } = held;
          yield { name: full, stats, size: stats.size, content: bytesOf(file, stats.size) };
        } finally {
          await file.close();
        }
      }
    } finally {
      await held.close();
    }
  }
}

/** A file with the size that it had at first: what it lost since is zeros, what it won is left out. */
async function* bytesOf(file: Awaited<ReturnType<typeof openHeld>>, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < size;) {
    const buffer = Buffer.alloc(Math.min(chunkBytes, size - at));
    const { bytesRead } = await file.read(buffer, 0, buffer.length, at);
    at += bytesRead === 0 ? buffer.length : bytesRead;
    yield bytesRead === 0 ? buffer : buffer.subarray(0, bytesRead);
  }
}
