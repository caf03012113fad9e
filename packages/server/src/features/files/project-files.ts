import type { Readable } from 'node:stream';
import type { FilesUsage, FoundFiles, ProjectEntry, ProjectFolder } from '@emberlab/contract';
import { isFileIn } from './inside.ts';
import { makeFolderAt, moveEntry } from './changes.ts';
import type { Sendable } from './content/answer.ts';
import { archiveOf, type Archive, type ArchiveFormat } from './content/archive.ts';
import { openFile } from './content/read.ts';
import { findEntry, listFolder, type ListOptions } from './listing.ts';
import { putFirst, saveFile, type LetIn } from './put.ts';
import { searchFolder, type SearchOptions } from './search.ts';
import type { Tree } from './tree/walk.ts';
import { keepUpload } from './upload.ts';

/** All that is done with the files of a project by their paths: on a disk, or in a storage elsewhere. Throws errors for people. */
export type ProjectFiles = {
  list(tree: Tree, path: string, options: ListOptions): Promise<ProjectFolder>;
  search(tree: Tree, path: string, options: SearchOptions): Promise<FoundFiles>;
  entry(tree: Tree, path: string, options: { all: boolean }): Promise<ProjectEntry>;
  open(tree: Tree, path: string): Promise<Sendable>;
  archive(tree: Tree, path: string, projectName: string, format: ArchiveFormat): Promise<Archive>;
  upload(tree: Tree, name: string, source: Readable, maxBytes: number): Promise<ProjectEntry>;
  makeFolder(tree: Tree, path: string): Promise<ProjectEntry>;
  move(tree: Tree, from: string, to: string): Promise<ProjectEntry>;
  save(tree: Tree, path: string, content: AsyncIterable<Buffer>): Promise<ProjectEntry>;
  put(tree: Tree, folders: readonly string[], names: Iterable<string>, letIn: LetIn): Promise<ProjectEntry | null>;
  usage(tree: Tree): Promise<FilesUsage>;
  isFile(tree: Pick<Tree, 'root'>, path: string): Promise<boolean>;
};

/** Files in folders of this machine, or that are mounted on it. */
export const filesOnDisk: ProjectFiles = {
  list: listFolder,
  search: searchFolder,
  entry: findEntry,
  open: openFile,
  archive: archiveOf,
  upload: keepUpload,
  makeFolder: makeFolderAt,
  move: moveEntry,
  save: saveFile,
  put: putFirst,
  usage: async () => ({ storage: 'disk', bytes: null, files: null, space: null, names: null }),
  isFile: ({ root }, path) => isFileIn(root, path),
};
