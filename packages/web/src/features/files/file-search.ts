import { fileSorts, type FileSort, type ProjectEntry } from '@emberlab/contract';
import { oneOf, textOf } from '../../lib/read-search.ts';
import { readPathSearch } from '../jupyter/open-path.ts';

/** What the page Files shows, as it stands in the address; what is missing is as usual. */
export type FileSearch = {
  /** the folder */
  path?: string | undefined;
  q?: string | undefined;
  sort?: FileSort | undefined;
  reverse?: true | undefined;
  hidden?: true | undefined;
  /** also what lies in the folders below, where something is looked for */
  deep?: true | undefined;
  /** the file that is looked at */
  show?: string | undefined;
};

/** Reads an address that may have been written by hand. */
export function readFileSearch(search: Record<string, unknown>): FileSearch {
  return {
    path: readPathSearch(search['path']),
    q: textOf(search['q']),
    sort: oneOf(fileSorts, search['sort']),
    reverse: search['reverse'] === true ? true : undefined,
    hidden: search['hidden'] === true ? true : undefined,
    deep: search['deep'] === true ? true : undefined,
    show: readPathSearch(search['show']),
  };
}

/** Whether folders below are searched: without a word to look for, a folder is shown as it is. */
export const isDeep = ({ deep, q }: FileSearch): boolean => deep === true && q !== undefined;

/** What was found, in the order that is asked for, folders first. */
export function sortedBy(entries: readonly ProjectEntry[], { sort, reverse }: FileSearch): ProjectEntry[] {
  const keyOf = (one: ProjectEntry): string | number =>
    sort === 'size' ? (one.size ?? 0) : sort === 'changed' ? Date.parse(one.changedAt) : one.name.toLowerCase();
  const turn = reverse === true ? -1 : 1;
  return entries.toSorted((a, b) => {
    const folders = Number(b.type === 'folder') - Number(a.type === 'folder');
    const [left, right] = [keyOf(a), keyOf(b)];
    return folders || turn * (left < right ? -1 : left > right ? 1 : 0);
  });
}

/** What the page of the bin shows. */
export type BinSearch = { q?: string | undefined };

export const readBinSearch = (search: Record<string, unknown>): BinSearch => ({ q: textOf(search['q']) });

/** The folders that lead to a path, from the outermost inwards. */
export const foldersOf = (path: string): { name: string; path: string }[] => {
  const names = path.split('/').filter((name) => name !== '');
  return names.map((name, index) => ({ name, path: names.slice(0, index + 1).join('/') }));
};

/** A path without its last name. */
export const aboveOf = (path: string): string => path.split('/').slice(0, -1).join('/');

/** A name in a folder. */
export const joinPath = (folder: string, name: string): string => (folder === '' ? name : `${folder}/${name}`);
