import { constants } from 'node:fs';
import { mkdir, open, type FileHandle } from 'node:fs/promises';
import type { ExecutionRecord } from '../model.ts';

type Named = Pick<ExecutionRecord, 'id' | 'frozen'>;

const namesOf = ({ id, frozen }: Named): string[] => ['Logs', frozen.name, String(id)];

/** Where a run leaves its log, its notebook and what else it writes there, in the project. */
export const runFolder = (run: Named): string => namesOf(run).join('/');

const folderMode = 0o770;

/** The address of a name in an open folder, which holds whatever is done to the folders above. */
export const within = (folder: FileHandle, name: string): string => `/proc/self/fd/${folder.fd}/${name}`;

/** Opens the folder of a run, which is made as far as it is not there. Members change the project as they like, so no link is followed. */
export async function openRunFolder(projectFolder: string, run: Named): Promise<FileHandle> {
  const flags = constants.O_RDONLY | constants.O_DIRECTORY;
  let folder = await open(projectFolder, flags);
  for (const name of namesOf(run)) {
    const path = within(folder, name);
    try {
      const made = await mkdir(path, { mode: folderMode }).then(
        () => true,
        () => false,
      );
      const next = await open(path, flags | constants.O_NOFOLLOW);
      // Beside what it has from the folder above: its group.
      if (made) await next.chmod(((await next.stat()).mode & 0o7777) | folderMode);
      await folder.close();
      folder = next;
    } catch (error) {
      await folder.close();
      throw error;
    }
  }
  return folder;
}

/** Makes the folder of a run, that its program may leave something there. Where that can't be, because a link is in the way, say, it runs all the same. */
export async function makeRunFolder(projectFolder: string, run: Named): Promise<void> {
  const folder = await openRunFolder(projectFolder, run).catch(() => null);
  await folder?.close();
}
