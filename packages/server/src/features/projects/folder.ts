import { chmod, cp, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** The folders that every project begins with. */
const folders = ['Jupyter', 'Resources', 'Logs'] as const;

/** Group-writable and closed to others, as everything in a project (umask 007). */
const folderMode = 0o770;

async function makeFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true });
  // mkdir's mode is cut by our own umask
  await chmod(path, folderMode);
}

/** Makes a project's folder with what is in it from the start. Safe to call again. */
export async function makeProjectFolder(path: string): Promise<void> {
  await makeFolder(path);
  for (const name of folders) await makeFolder(join(path, name));
}

/** Copies a folder into a project, over what is there, and opens it to the project's group. */
export async function copyIntoProject(from: string, to: string): Promise<void> {
  await cp(from, to, { recursive: true });
  await openToGroup(to);
}

async function openToGroup(folder: string): Promise<void> {
  await chmod(folder, folderMode);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await openToGroup(path);
    else if (entry.isFile()) await chmod(path, 0o660);
  }
}
