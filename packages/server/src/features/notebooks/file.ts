import { realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';

/**
 * Whether a path in a project, which a member has named, is a file there. A link counts as far as it stays in the project: nobody learns here what is
 * elsewhere on the machine.
 */
export async function isFileIn(projectFolder: string, path: string): Promise<boolean> {
  try {
    const [root, real] = await Promise.all([realpath(projectFolder), realpath(join(projectFolder, path))]);
    return real.startsWith(root + sep) && (await stat(real)).isFile();
  } catch {
    return false;
  }
}
