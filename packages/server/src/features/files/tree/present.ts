import type { Stats } from 'node:fs';
import { nameOfBytes, type ProjectEntry } from '@emberlab/contract';
import { toInstant } from '../../../lib/clock.ts';
import { pathOf, type Parts } from './path.ts';

export const typeOf = (entry: { isDirectory(): boolean; isFile(): boolean }): ProjectEntry['type'] =>
  entry.isDirectory() ? 'folder' : entry.isFile() ? 'file' : 'other';

/** The furthest instants that an answer can say; the machine takes others. */
const lastMs = Date.UTC(9999, 0);
const instantOf = (ms: number): string => toInstant(Math.floor(Math.min(Math.max(ms, 0), lastMs)));

/** What is told of something at a path. */
export const presentEntry = (
  parts: Parts,
  stats: Pick<Stats, 'size' | 'mtimeMs' | 'isDirectory' | 'isFile'>,
): ProjectEntry => {
  const type = typeOf(stats);
  return {
    name: nameOfBytes(parts.at(-1) ?? Buffer.alloc(0)),
    path: pathOf(parts),
    type,
    size: type === 'file' ? stats.size : null,
    changedAt: instantOf(stats.mtimeMs),
  };
};
