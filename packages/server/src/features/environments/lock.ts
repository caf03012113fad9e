import { normalName, type LibraryChange, type LibraryDifference } from '@emberlab/contract';
import type { Installed } from './installed.ts';
import { evaluateMarker, type MarkerEnvironment } from './packaging/marker.ts';
import { parseRequirement } from './packaging/requirement.ts';
import { compareVersions, parseVersion } from './packaging/version.ts';
import { readFileName } from './packaging/file-names.ts';

/** One library of a lock, with its hashes. */
export type LockEntry = {
  readonly key: string;
  readonly name: string;
  readonly version: string;
  /** of a file of ours instead of an index */
  readonly url: string | null;
  readonly marker: string | null;
  /** its lines */
  readonly text: string;
};

/** Reads what the resolver has written: a line for each library, and those of its hashes, which are indented. */
export function readLock(text: string): LockEntry[] {
  const entries: LockEntry[] = [];
  for (const block of text.split(/\n(?=[A-Za-z0-9])/)) {
    const lines = block.split('\n').filter((line) => !/^\s*(#|$)/.test(line));
    const [first = ''] = lines;
    const requirement = parseRequirement(first.replace(/\s*\\$/, '').trim());
    if (requirement === null) continue;
    const version =
      requirement.url === null
        ? requirement.clauses.find(({ operator }) => operator === '==' || operator === '===')?.version
        : readFileName(decodeURIComponent(requirement.url.split(/[?#]/)[0]?.split('/').at(-1) ?? ''))?.version;
    if (version === undefined) continue;
    const { key, name, url, marker } = requirement;
    entries.push({ key, name, version, url, marker, text: lines.join('\n') });
  }
  return entries;
}

export const writeLock = (entries: readonly LockEntry[]): string => entries.map(({ text }) => `${text}\n`).join('');

/** Those that are for this Python and machine. */
export const entriesFor = (entries: readonly LockEntry[], environment: MarkerEnvironment): LockEntry[] =>
  entries.filter(({ marker }) => marker === null || evaluateMarker(marker, environment) !== false);

/** What is not as the lock has it. `own`: what is there besides, and belongs. */
export function differencesOf(
  locked: readonly LockEntry[],
  installed: readonly Installed[],
  own: string,
): LibraryDifference[] {
  const found = new Map(installed.map((one) => [one.key, one]));
  const differences: LibraryDifference[] = [];
  for (const { key, name, version } of locked) {
    const one = found.get(key);
    found.delete(key);
    if (one === undefined || !sameVersion(one.version, version))
      differences.push({ name, locked: version, installed: one?.version ?? null });
  }
  for (const one of found.values())
    if (one.key !== own) differences.push({ name: one.name, locked: null, installed: one.version });
  return differences.toSorted((a, b) => (normalName(a.name) < normalName(b.name) ? -1 : 1));
}

function sameVersion(a: string, b: string): boolean {
  const [x, y] = [parseVersion(a), parseVersion(b)];
  return x === null || y === null ? a === b : compareVersions(x, y) === 0;
}

/** What a library is, as far as a change goes: one of the same version may be from another file. */
export type Pinned = Pick<LockEntry, 'key' | 'name' | 'version' | 'url'>;

/** What has become of one set of libraries. */
export function changesOf(before: readonly Pinned[], after: readonly Pinned[]): LibraryChange[] {
  const old = new Map(before.map((one) => [one.key, one]));
  const changes: LibraryChange[] = [];
  for (const one of after) {
    const was = old.get(one.key);
    old.delete(one.key);
    if (was === undefined) changes.push({ name: one.name, change: 'added', from: null, to: one.version });
    else if (!sameVersion(was.version, one.version) || was.url !== one.url)
      changes.push({ name: one.name, change: direction(was.version, one.version), from: was.version, to: one.version });
  }
  for (const was of old.values()) changes.push({ name: was.name, change: 'removed', from: was.version, to: null });
  return changes.toSorted((a, b) => (normalName(a.name) < normalName(b.name) ? -1 : 1));
}

function direction(from: string, to: string): 'up' | 'down' | 'replaced' {
  const [a, b] = [parseVersion(from), parseVersion(to)];
  const order = a === null || b === null ? 0 : compareVersions(a, b);
  return order < 0 ? 'up' : order > 0 ? 'down' : 'replaced';
}
