import { rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Identity } from '../identities/identities.ts';
import { makePrivateFolder } from '../lib/files.ts';
import type { ServerSpec } from './spawner.ts';

/**
 * Puts everything in a server's folder where the server finds it. What lies in a folder of its own is put there while that is still ours. `gives`: folders
 * that are its own besides those of the spec.
 */
export async function layOut(
  identity: Identity,
  folder: string,
  { files, links = {}, folders = [] }: Pick<ServerSpec, 'files' | 'links' | 'folders'>,
  gives: readonly string[],
): Promise<void> {
  const within = (name: string) => folders.includes(dirname(name));
  const lent = new Set([...Object.keys(files), ...Object.keys(links)].filter((name) => !within(name)).map(dirname));
  for (const name of lent) await identity.lendFolder(join(folder, name));
  for (const name of folders) await makePrivateFolder(join(folder, name));
  for (const [name, content] of Object.entries(files)) {
    await writeFile(join(folder, name), content, { mode: 0o600 });
    if (!within(name)) await identity.lendFile(join(folder, name));
  }
  for (const [name, target] of Object.entries(links)) {
    await rm(join(folder, name), { force: true });
    await symlink(target, join(folder, name));
  }
  for (const name of [...folders, ...gives]) await identity.giveFolder(join(folder, name));
}
