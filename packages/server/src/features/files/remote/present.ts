import type { ProjectEntry } from '@emberlab/contract';
import type { StoredEntry } from '../../../storage/storage.ts';
import type { Parts } from '../tree/path.ts';
import { presentEntry } from '../tree/present.ts';

/** What is told of something in a storage. */
export const presentStored = (parts: Parts, { type, size, changedAt }: StoredEntry): ProjectEntry =>
  presentEntry(parts, {
    size,
    mtimeMs: changedAt,
    isDirectory: () => type === 'folder',
    isFile: () => type === 'file',
  });
