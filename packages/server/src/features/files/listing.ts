import { constants, type Dirent, type Stats } from 'node:fs';
import { open, readdir, readlink, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ProjectEntry } from '@emberlab/contract';
import { HttpError } from '../../http/errors.ts';
import { toInstant } from '../../lib/clock.ts';
import { realPathIn } from './inside.ts';

/** Entries on a page. */
export const pageSize = 200;

type Found = { readonly name: string; readonly type: ProjectEntry['type'] };

/** By what entries are ordered, and what names the place of one for the next page: folders first, then by name. */
const rankOf = ({ type, name }: Found): string => `${type === 'folder' ? 'a' : 'b'}/${name}`;

/**
 * A page of what is in a folder of a project. Hidden names and links that lead out of the project are left out, and so is what is neither a file nor a
 * folder. `path` is relative to the project's folder. Throws `not_found`.
 */
export async function listFolder(
  projectFolder: string,
  path: string,
  after: string | undefined,
): Promise<{ items: ProjectEntry[]; next: string | null }> {
  const parts = path.split('/').filter((part) => part !== '');
  const folder = parts.includes('..') || path.includes('\0') ? null : await realPathIn(projectFolder, parts.join('/'));
  const entries = folder === null ? null : await entriesIn(folder).catch(() => null);
  if (folder === null || entries === null) {
    throw new HttpError('not_found', { message: 'There is no such folder in the project.' });
  }
  const found: Found[] = [];
  for (const entry of entries) {
    const { name } = entry;
    if (name.startsWith('.')) continue;
    const type = entry.isSymbolicLink() ? await typeOfLink(projectFolder, [...parts, name].join('/')) : typeOf(entry);
    if (type !== null) found.push({ name, type });
  }
  const sorted = found
    .map((one) => ({ ...one, rank: rankOf(one) }))
    .filter(({ rank }) => after === undefined || rank > after)
    .toSorted((a, b) => (a.rank < b.rank ? -1 : 1));
  const page = sorted.slice(0, pageSize);
  const items = await Promise.all(page.map((one) => present(folder, parts, one)));
  const next = sorted.length > page.length ? (page.at(-1)?.rank ?? null) : null;
  return { items: items.filter((item) => item !== null), next };
}

/**
 * The file or folder at a path of a project, relative to its folder. As in a list, nothing is found by a hidden name, which JupyterLab opens as little,
 * nor by a link that leads out of the project. Throws `not_found`.
 */
export async function findEntry(projectFolder: string, path: string): Promise<ProjectEntry> {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  const isHidden = parts.some((part) => part.startsWith('.')) || path.includes('\0');
  const real = isHidden ? null : await realPathIn(projectFolder, parts.join('/'));
  const facts = real === null ? null : await stat(real).catch(() => null);
  const type = facts === null ? null : typeOf(facts);
  if (facts === null || type === null) {
    throw new HttpError('not_found', { message: 'There is no such file or folder in the project.' });
  }
  return describe(parts, type, facts);
}

/** What is in a folder that was found in the project. Throws when a link has taken the place of some folder above it meanwhile. */
async function entriesIn(folder: string): Promise<Dirent[]> {
  const opened = await open(folder, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  try {
    const path = `/proc/self/fd/${opened.fd}`;
    if ((await readlink(path)) !== folder) throw new Error('it lies elsewhere now');
    return await readdir(path, { withFileTypes: true });
  } finally {
    await opened.close();
  }
}

const typeOf = (entry: { isDirectory(): boolean; isFile(): boolean }): ProjectEntry['type'] | null =>
  entry.isDirectory() ? 'folder' : entry.isFile() ? 'file' : null;

async function typeOfLink(projectFolder: string, path: string): Promise<ProjectEntry['type'] | null> {
  const real = await realPathIn(projectFolder, path);
  const facts = real === null ? null : await stat(real).catch(() => null);
  return facts === null ? null : typeOf(facts);
}

/** null: it went meanwhile. */
async function present(folder: string, parts: readonly string[], { name, type }: Found): Promise<ProjectEntry | null> {
  const facts = await stat(join(folder, name)).catch(() => null);
  if (facts === null) return null;
  return describe([...parts, name], type, facts);
}

const describe = (parts: readonly string[], type: ProjectEntry['type'], facts: Stats): ProjectEntry => ({
  name: parts.at(-1) ?? '',
  path: parts.join('/'),
  type,
  size: type === 'file' ? facts.size : null,
  changedAt: toInstant(Math.floor(facts.mtimeMs)),
});
