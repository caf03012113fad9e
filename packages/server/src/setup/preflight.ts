import { constants } from 'node:fs';
import { access, mkdir, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { listen } from '../lib/listen.ts';
import { FatalError } from '../supervise/messages.ts';

/** What a first set-up with one project takes, rounded up: Spark 0.9 GB, the packages for notebooks 1 GB, an environment 1 GB, room to work. */
const neededBytes = 4 * 1024 ** 3;

/**
 * Makes a folder and those above it. Not by Node's `recursive`: that tries for ever where the kernel answers ENOENT for a folder whose parent is
 * there, as below /proc.
 */
async function makeFolders(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' && (await stat(path)).isDirectory()) return;
    if (code !== 'ENOENT' || dirname(path) === path) throw error;
    await makeFolders(dirname(path));
    await mkdir(path, { mode: 0o700 });
  }
}

/** Makes the data folder if absent and makes sure that it can be used. Throws a `FatalError` that says what to do; makes nothing else. */
export async function checkDataFolder(folder: string, firstTime: boolean): Promise<void> {
  const remedy = 'Please choose another folder with --data or EMBERLAB_DATA.';
  try {
    await makeFolders(folder);
    await access(folder, constants.W_OK | constants.X_OK);
    const probe = join(folder, `.probe-${process.pid}`);
    await writeFile(probe, '');
    await rm(probe);
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    const reason =
      {
        EACCES: 'we may not write there',
        ENOENT: 'no folder can be made there',
        EPERM: 'we may not write there',
        EROFS: 'it is read-only',
        ENOSPC: 'the disk is full',
        ENOTDIR: 'part of its path is a file',
        EEXIST: 'it is a file',
      }[code] ?? (error as Error).message;
    throw new FatalError(`The data folder ${folder} can't be used: ${reason}. ${remedy}`);
  }
  // A socket's path has at most 107 bytes (unix(7)), and ours end in /run/s/{20 letters}.sock.
  if (Buffer.byteLength(folder) > 70)
    throw new FatalError(`The path of the data folder ${folder} is too long: at most 70 bytes. ${remedy}`);
  if (!firstTime) return;
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize < neededBytes) {
    const free = ((bavail * bsize) / 1024 ** 3).toFixed(1);
    throw new FatalError(
      `There are only ${free} GB free in ${folder}, and set-up needs ${neededBytes / 1024 ** 3} GB. Please free some, or choose another folder with --data.`,
    );
  }
}

/** Throws a `FatalError` when the address and port can't be had, so that nobody waits for a set-up to learn that. */
export async function checkPort(host: string, port: number): Promise<void> {
  const server = createServer();
  try {
    await listen(server, host, port);
  } catch (error) {
    throw new FatalError((error as Error).message, { cause: error });
  }
  await new Promise((resolve) => server.close(resolve));
}
