import type { FilesUsage } from '@emberlab/contract';
import type { Storage, StoredUsage } from '../../../storage/storage.ts';
import type { Clock } from '../../../lib/clock.ts';
import type { ProjectFiles } from '../project-files.ts';
import { bounded, checkUploadName, uploadParts, uploadTaken } from '../upload.ts';
import { archiveStored, isFileStored, openStored } from './content.ts';
import { makeStoredFolder, moveStored, putStored, saveStored } from './changes.ts';
import { findStored, listStored, searchStored } from './listing.ts';
import { placeOf, projectOf } from './place.ts';
import { asked } from './problems.ts';
import type { RemoteFiles } from './remote.ts';

/** For so long is told how much there is in an object store, ms. */
const keptMs = 60_000;

/** Files of projects in a storage elsewhere. */
export function filesInStorage(storage: Storage, kind: RemoteFiles['kind'], clock: Clock): ProjectFiles {
  /** what was told of projects a moment ago: an object store has to list everything for it */
  const known = new Map<string, { readonly at: number; readonly usage: Promise<FilesUsage> }>();
  const askUsage = async (project: string): Promise<FilesUsage> => {
    const { bytes, files, space, names } = await asked(storage.usage(project));
    return { storage: kind, bytes, files, space: shareOf(space), names: shareOf(names) };
  };
  return {
    list: (tree, path, options) => listStored(storage, tree, path, options),
    search: (tree, path, options) => searchStored(storage, tree, path, options),
    entry: (tree, path, options) => findStored(storage, tree, path, options),
    open: (tree, path) => openStored(storage, tree, path),
    archive: (tree, path, _name, format) => archiveStored(storage, tree, path, format),
    async upload(tree, name, source, maxBytes) {
      checkUploadName(name);
      const entry = await putStored(storage, tree, [...uploadParts, Buffer.from(name)], bounded(source, maxBytes));
      if (entry === null) throw uploadTaken(name);
      return entry;
    },
    makeFolder: (tree, path) => makeStoredFolder(storage, tree, path),
    move: (tree, from, to) => moveStored(storage, tree, from, to),
    save: (tree, path, content) => saveStored(storage, tree, path, content),
    async put(tree, folders, names, letIn) {
      const above = folders.map((name) => Buffer.from(name));
      for (const name of names) {
        const parts = [...above, Buffer.from(name)];
        if ((await asked(storage.stat(placeOf(tree, parts)))) !== null) continue;
        const entry = await letIn((content) => putStored(storage, tree, parts, content));
        if (entry !== null) return entry;
      }
      return null;
    },
    async usage(tree) {
      const project = projectOf(tree);
      const last = known.get(project);
      if (kind === 's3' && last !== undefined && clock.now() - last.at < keptMs) return last.usage;
      // Whoever asks meanwhile waits for the same answer.
      const usage = askUsage(project);
      known.set(project, { at: clock.now(), usage });
      usage.catch(() => known.delete(project));
      return usage;
    },
    isFile: (tree, path) => isFileStored(storage, tree, path),
  };
}

/** Only what has a limit is told. */
const shareOf = (share: StoredUsage['space']): FilesUsage['space'] =>
  share === null || share.most === null ? null : { used: share.used, most: share.most };
