import { realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';

/** Where something of a project really lies, once every link is resolved; null: nothing is there, or it lies elsewhere. Nobody learns which. */
export async function realPathIn(projectFolder: string, path: string): Promise<string | null> {
  const root = await realpath(projectFolder).catch(() => null);
  const real = await realpath(join(projectFolder, path)).catch(() => null);
  if (root === null || real === null) return null;
  return real === root || real.startsWith(root + sep) ? real : null;
}

/** Whether a path of a project leads to a file in it. */
export async function isFileIn(projectFolder: string, path: string): Promise<boolean> {
  const real = await realPathIn(projectFolder, path);
  return real !== null && (await stat(real).catch(() => null))?.isFile() === true;
}
