import type { FilesUsage } from '@emberlab/contract';
import type { Storage } from '../../../storage/storage.ts';

/** A storage with the files of all projects. */
export type RemoteFiles = { readonly kind: Exclude<FilesUsage['storage'], 'disk'>; readonly storage: Storage };
