import { bytesOfName, longestNameBytes, nameOfBytes } from '@emberlab/contract';

/** A path in a project: names as the machine has them. Empty: the project's folder itself. */
export type Parts = readonly Buffer[];

/** Our own folder in each project's: nobody sees it or gets into it by a path. */
export const ownFolder = Buffer.from('.emberlab');

/** Names of a path; null where it can lead nowhere in a project. */
export function partsOf(path: string): Parts | null {
  if (!path.isWellFormed() || path.includes('\0')) return null;
  const names = path.split('/').filter((name) => name !== '' && name !== '.');
  if (names.includes('..')) return null;
  const parts = names.map((name) => Buffer.from(bytesOfName(name)));
  if (parts.some((part) => part.length > longestNameBytes) || parts[0]?.equals(ownFolder) === true) return null;
  return parts;
}

/** The text of a path. */
export const pathOf = (parts: Parts): string => parts.map((part) => nameOfBytes(part)).join('/');

/** The same without its last name, and that. null: the project's folder itself has neither. */
export function splitLast(parts: Parts): { above: Parts; name: Buffer } | null {
  const name = parts.at(-1);
  return name === undefined ? null : { above: parts.slice(0, -1), name };
}

/** Folders that every project has: members count on them, and so do we. */
const kept = ['Jupyter', 'Resources', 'Logs'].map((name) => Buffer.from(name));
export const isKept = (parts: Parts): boolean =>
  parts.length === 1 && kept.some((name) => name.equals(parts[0] ?? name));
