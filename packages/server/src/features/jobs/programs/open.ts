import { constants } from 'node:fs';
import { open, readlink, realpath, type FileHandle } from 'node:fs/promises';
import { sep } from 'node:path';
import { realPathIn } from '../../files/index.ts';

/** Opens a file of a project to read it; null: it is no file in the project. Members change what is there at any time, so what was opened is looked at. */
export async function openInProject(projectFolder: string, path: string): Promise<FileHandle | null> {
  const real = await realPathIn(projectFolder, path);
  if (real === null) return null;
  // A pipe would be waited for otherwise.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const file = await open(real, flags).catch(() => null);
  if (file === null) return null;
  const root = await realpath(projectFolder).catch(() => null);
  const opened = await readlink(`/proc/self/fd/${file.fd}`).catch(() => '');
  if (root !== null && opened.startsWith(root + sep) && (await file.stat()).isFile()) return file;
  await file.close();
  return null;
}
