import type { LimitKind, LimitUse } from '@emberlab/contract';
import { countOf, formatBytes } from '../../lib/units.ts';

export const kindLabels: Readonly<Record<LimitKind, string>> = {
  servers: 'Jupyter servers',
  sessions: 'Spark sessions',
  runs: 'Runs of jobs',
  memory: 'Memory',
  cores: 'Cores',
  hours: 'Hours of a server',
  disk: 'Files',
};

/** What each limit means, for who sets it. */
export const kindMeanings: Readonly<Record<LimitKind, string>> = {
  servers: 'that run, or are about to',
  sessions: 'with batches and drivers started ahead',
  runs: 'at a time; more of them wait',
  memory: 'that servers and Spark drivers ask for, in GB',
  cores: 'that servers and Spark drivers ask for',
  hours: 'from its start, however often it is given more time',
  disk: 'in the project’s folder, or in a user’s own folders, in GB',
};

/** A value of a kind, with its unit. */
export function spellValue(kind: LimitKind, value: number): string {
  if (kind === 'memory' || kind === 'disk') return formatBytes(value);
  if (kind === 'cores') return countOf(value, 'core');
  return kind === 'hours' ? `${value} h` : String(value);
}

/** A limit beside what is used of it: `2 of 3`, `5.1 GB of 8 GB`, `12 h each`. */
export function spellUse({ kind, limit, used }: LimitUse): string {
  if (kind === 'hours') return limit === null ? 'no limit' : `${spellValue(kind, limit)} each`;
  if (used === null) return limit === null ? 'not measured yet' : `of ${spellValue(kind, limit)}, not measured yet`;
  return limit === null ? spellValue(kind, used) : `${spellValue(kind, used)} of ${spellValue(kind, limit)}`;
}

/** How much of a limit is used, 0 to 1; null: it has none, or that is not known. */
export const shareOf = ({ limit, used }: LimitUse): number | null =>
  limit === null || used === null ? null : limit === 0 ? 1 : Math.min(1, used / limit);
