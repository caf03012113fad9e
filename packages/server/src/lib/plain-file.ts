import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';

const { O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_RDWR, O_APPEND, O_CREAT } = constants;

/** `append`: whatever is written goes to the end, also of what others have appended meanwhile · `make`: the same, of a file that is made where there is none, with mode 0600 */
export type Opening = 'read' | 'append' | 'make';

const flags: Readonly<Record<Opening, number>> = {
  read: O_RDONLY,
  append: O_RDWR | O_APPEND,
  make: O_RDWR | O_APPEND | O_CREAT,
};

/**
 * Opens a file in a folder where members may have put anything in its place: a link would lead to a file that is not theirs, and a pipe would keep who opens it waiting for ever. Null: there
 * is none, it is no plain file, or it can't be read. One to `make` throws what keeps it from being made, such as a disk without room.
 */
export async function openPlain(path: string, how: Opening): Promise<FileHandle | null> {
  const file = await open(path, flags[how] | O_NOFOLLOW | O_NONBLOCK, 0o600).catch((error: unknown) => {
    if (how === 'make') throw error;
    return null;
  });
  if (file === null) return null;
  if ((await file.stat()).isFile()) return file;
  await file.close();
  return null;
}
