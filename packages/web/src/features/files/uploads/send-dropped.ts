import { ApiError, type Client } from '@emberlab/contract';
import { joinPath } from '../file-search.ts';
import type { DroppedFiles } from './dropped.ts';
import type { UploadQueue } from './upload-queue.ts';

/** Makes the folders of what was dropped, those that are there stay, and sends its files into them. Throws what the server said. */
export async function sendDropped(
  { api, queue }: { api: Pick<Client, 'call'>; queue: Pick<UploadQueue, 'add'> },
  { project, folder, dropped }: { project: string; folder: string; dropped: DroppedFiles },
): Promise<void> {
  for (const one of dropped.folders) {
    const body = { path: joinPath(folder, one) };
    await api.call('files.makeFolder', { params: { project }, body }).catch((error: unknown) => {
      if (!(error instanceof ApiError) || error.code !== 'name_taken') throw error;
    });
  }
  for (const [below, some] of Map.groupBy(dropped.files, (one) => one.folder)) {
    const files = some.map(({ file }) => file);
    queue.add(project, below === '' ? folder : joinPath(folder, below), files);
  }
}
