import { chmod, copyFile, lstat, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { removeTree } from '../../lib/trees.ts';

/** The folders that every project begins with. */
const folders = ['Jupyter', 'Resources', 'Logs'] as const;

/** Group-writable and closed to others, as everything in a project (umask 007). */
const folderMode = 0o770;
const fileMode = 0o660;

/**
 * Makes a folder unless there is something of that name. What is there already belongs to the project's members, who may have put a link in its
 * place: it is left as it is.
 */
async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return;
    throw error;
  }
  // mkdir's mode is cut by our own umask
  await chmod(path, folderMode);
}

/** Makes a project's folder with what is in it from the start. Safe to call again. */
export async function makeProjectFolder(path: string): Promise<void> {
  await mkdir(join(path, '..'), { recursive: true });
  await makeFolder(path);
  for (const name of folders) await makeFolder(join(path, name));
}

/** Copies the files of a folder into one of a project, over what is there, open to the project's group. Links are neither copied nor followed. */
export async function copyIntoProject(from: string, to: string): Promise<void> {
  await makeFolder(to);
  if (!(await lstat(to)).isDirectory()) return;
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) await copyIntoProject(source, target);
    if (!entry.isFile()) continue;
    await copyFile(source, target);
    await chmod(target, fileMode);
  }
}

/**
 * Removes a project's folder with all that is in it; fine when it is gone. Links in it are removed and never followed. Folders that their members have
 * closed to us are opened first.
 */
export async function removeProjectFolder(path: string): Promise<void> {
  try {
    await removeTree(path);
  } catch {
    // Nothing is closed to root, who must not change modes where members could put links.
    if (process.getuid?.() !== 0) await openFolders(path);
    await removeTree(path);
  }
}

async function openFolders(path: string): Promise<void> {
  if (!(await lstat(path)).isDirectory()) return;
  await chmod(path, 0o700);
  for (const entry of await readdir(path, { withFileTypes: true })) {
    if (entry.isDirectory()) await openFolders(join(path, entry.name));
  }
}
