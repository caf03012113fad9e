import type { FileHandle } from 'node:fs/promises';
import { shownName, nameOfBytes } from '@emberlab/contract';
import { partsOf } from '../tree/path.ts';
import { explained, noEntry, notAllowed } from '../tree/problems.ts';
import { may } from '../tree/rights.ts';
import { holding, openHeld, walk, type Tree } from '../tree/walk.ts';
import type { Sendable } from './answer.ts';

const chunkBytes = 256 * 1024;

/** A file that is open to be read; to be closed. */
type OpenFile = Sendable & { readonly handle: FileHandle };

/** Opens a file of a project; what is no file is never opened. Throws `not_found`, `forbidden`. */
export async function openFile(tree: Tree, path: string): Promise<OpenFile> {
  const parts = partsOf(path);
  if (parts === null) throw noEntry();
  try {
    return await holding(walk(tree, parts, { follow: true }), async (held) => {
      if (!held.stats.isFile()) throw noEntry();
      if (!may(tree.who, held.stats, 'read')) throw notAllowed();
      const { size, mtimeMs, ino } = held.stats;
      const name = shownName(nameOfBytes(parts.at(-1) ?? Buffer.alloc(0)));
      const tag = `"${ino.toString(36)}-${size.toString(36)}-${Math.floor(mtimeMs * 1000).toString(36)}"`;
      const handle = await openHeld(held);
      return {
        handle,
        name,
        size,
        tag,
        part: (start, length) => readPart({ handle }, start, length),
        release: () => handle.close(),
      };
    });
  } catch (error) {
    throw explained(error);
  }
}

/**
 * A part of a file, from `start` and `length` bytes long, and closes the file in the end. Throws where the file is cut short meanwhile, or who reads would
 * take a part for the whole.
 */
export async function* readPart(
  { handle }: Pick<OpenFile, 'handle'>,
  start: number,
  length: number,
): AsyncGenerator<Buffer> {
  try {
    for (let at = 0; at < length;) {
      const buffer = Buffer.allocUnsafe(Math.min(chunkBytes, length - at));
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, start + at);
      if (bytesRead === 0) throw new Error('the file was cut short while it was read');
      at += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await handle.close();
  }
}
