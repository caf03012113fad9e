import { link, lstat, rm } from 'node:fs/promises';
import { removeTree } from '../../lib/trees.ts';

const isSocket = async (path: string): Promise<boolean> => (await lstat(path).catch(() => null))?.isSocket() ?? false;

/**
 * Gives the socket that a server has made, in a folder where it may put anything, a second name in a folder of ours, and answers whether it has one. What
 * connects goes by that name: a link in the socket's place would lead it to any socket of this machine. A name is made without following links, and what is
 * no socket loses it again.
 */
export async function takeSocket(made: string, taken: string): Promise<boolean> {
  if (await isSocket(taken)) return true;
  await rm(taken, { force: true });
  try {
    await link(made, taken);
  } catch {
    // not there yet, or a folder
    return false;
  }
  if (await isSocket(taken)) return true;
  await removeTree(taken);
  return false;
}
