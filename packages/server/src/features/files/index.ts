import { maxUploadBytes } from '@emberlab/contract';
import type { Router } from '../../http/router.ts';
import { findEntry, listFolder } from './listing.ts';
import { keepUpload } from './upload.ts';

export { isFileIn } from './inside.ts';

/** The files of projects: folders can be looked into, and files put into `Resources`. */
export function createFiles(deps: {
  /** the folder of a project by its name, absolute */
  folderOf(projectName: string): string;
  maxUploadBytes?: number;
}) {
  const most = deps.maxUploadBytes ?? maxUploadBytes;
  return {
    registerRoutes(router: Router): void {
      router.handle('files.list', async ({ membership, query }) =>
        listFolder(deps.folderOf(membership.project.name), query.path ?? '', query.after),
      );
      router.handle('files.entry', async ({ membership, query }) =>
        findEntry(deps.folderOf(membership.project.name), query.path),
      );
      router.handle('files.upload', async ({ membership, query, request }) =>
        keepUpload(deps.folderOf(membership.project.name), query.name, request.raw, most),
      );
    },
  };
}
