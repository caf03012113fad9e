import type { IndexLibrary } from '@emberlab/contract';
import { fits, readFileName, type Machine } from '../packaging/file-names.ts';
import { parseSpecifier, satisfies } from '../packaging/specifier.ts';
import { compareVersions, isPrerelease, parseVersion, type Version } from '../packaging/version.ts';
import type { IndexFile } from './client.ts';

/** The versions that can be installed on a machine, the newest first, and how many can't be and why. */
export function versionsFor(name: string, files: readonly IndexFile[], on: Machine): IndexLibrary {
  type Found = { parsed: Version; text: string; usable: boolean; wheel: boolean; yanked: boolean; python: boolean };
  const found = new Map<string, Found>();
  for (const file of files) {
    const read = readFileName(file.fileName);
    const parsed = read === null ? null : parseVersion(read.version);
    if (read === null || parsed === null) continue;
    const one = found.get(read.version) ?? {
      parsed,
      text: read.version,
      usable: false,
      wheel: false,
      yanked: false,
      python: false,
    };
    found.set(read.version, one);
    const wanted = file.requiresPython === null ? [] : parseSpecifier(file.requiresPython);
    // A condition that can't be read is no reason to hide what may well do.
    const python = wanted === null || satisfies(on.pythonVersion, wanted);
    if (file.yanked) one.yanked = true;
    else if (python) {
      one.python = true;
      const fitting = read.tags === null || fits(read.tags, on);
      one.usable ||= fitting;
      one.wheel ||= fitting && read.tags !== null;
    }
  }
  const all = [...found.values()].toSorted((a, b) => compareVersions(b.parsed, a.parsed));
  const rest = all.filter(({ usable }) => !usable);
  return {
    name,
    versions: all
      .filter(({ usable }) => usable)
      .map(({ parsed, text, wheel }) => ({ version: text, prerelease: isPrerelease(parsed), builds: !wheel })),
    leftOut: {
      yanked: rest.filter((one) => one.yanked && !one.python).length,
      python: rest.filter((one) => !one.yanked && !one.python).length,
      platform: rest.filter((one) => one.python).length,
    },
  };
}

/** The newest that is no pre-release; of a library that has nothing else, the newest. */
export const newestOf = ({ versions }: IndexLibrary): string | null =>
  (versions.find(({ prerelease }) => !prerelease) ?? versions[0])?.version ?? null;
