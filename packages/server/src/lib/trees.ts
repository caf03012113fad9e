import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/**
 * Removes a file, or a folder with all that is in it; fine when there is nothing. To be used where others can change something meanwhile: unlike Node's
 * own `rm`, which goes by paths, rm(1) never leaves the folder that it has opened, whatever link takes its place.
 */
export async function removeTree(path: string): Promise<void> {
  await promisify(execFile)('/bin/rm', ['-rf', '--one-file-system', '--', path]);
}
