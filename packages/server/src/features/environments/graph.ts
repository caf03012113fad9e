import { normalName, type LibraryConflict, type LibraryUse } from '@emberlab/contract';
import type { Installed } from './installed.ts';
import { evaluateMarker, type MarkerEnvironment } from './packaging/marker.ts';
import { parseRequirement, textOf, type Requirement } from './packaging/requirement.ts';
import { satisfies } from './packaging/specifier.ts';

/** Emberlab's own library in each environment. Its metadata names what Jupyter and the kernels begin with. */
export const platformLibrary = 'emberlab-jupyter';

/** Whom a use begins with, as extras of Emberlab's own library. */
const uses: readonly LibraryUse[] = ['jupyter', 'spark'];
/** where an environment was made before that library named them */
const rootsOfOld: Readonly<Record<LibraryUse, readonly string[]>> = {
  jupyter: ['jupyterlab', 'nbclassic', 'ipykernel'],
  spark: ['sparkmagic', 'ipykernel', 'pandas'],
};

/** One library's need of another. */
type Need = { readonly from: Installed; readonly requirement: Requirement; readonly extra: string };

/** Who needs what in an environment, by the metadata of what is installed. */
export type LibraryGraph = {
  readonly byKey: ReadonlyMap<string, Installed>;
  /** keys of those that ask for one directly */
  neededBy(key: string): readonly string[];
  /** what of Emberlab needs it, directly or through others; also of one that is missing */
  usedBy(key: string): readonly LibraryUse[];
  readonly conflicts: readonly LibraryConflict[];
  /** what is needed by these, directly or through others, with themselves; not through those of `without` */
  reachableFrom(keys: readonly string[], without?: readonly string[]): ReadonlySet<string>;
};

/** `excused`: what may be missing, since nothing of ours uses what asks for it. */
export function createGraph(
  installed: readonly Installed[],
  environment: MarkerEnvironment,
  excused: ReadonlySet<string> = new Set(),
): LibraryGraph {
  const byKey = new Map(installed.map((one) => [one.key, one]));
  const needsOf = new Map<string, Need[]>();
  // Which extras of a library somebody asks for is known once all have been asked; each round may ask for more.
  const extrasOf = new Map<string, Set<string>>();
  const queue = installed.map((one) => ({ one, extra: '' }));
  const platform = byKey.get(platformLibrary);
  if (platform !== undefined) for (const extra of uses) ask(platform.key, extra);
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    const { one, extra } = next;
    for (const text of one.requires) {
      const requirement = parseRequirement(text);
      if (requirement === null || !applies(requirement, extra, environment)) continue;
      const list = needsOf.get(one.key) ?? [];
      list.push({ from: one, requirement, extra });
      needsOf.set(one.key, list);
      for (const wanted of requirement.extras) ask(requirement.key, normalName(wanted));
    }
  }

  function ask(key: string, extra: string): void {
    const one = byKey.get(key);
    const known = extrasOf.get(key) ?? new Set<string>();
    extrasOf.set(key, known);
    if (one === undefined || known.has(extra)) return;
    known.add(extra);
    queue.push({ one, extra });
  }

  const dependants = new Map<string, Set<string>>();
  for (const [key, needs] of needsOf) {
    for (const { requirement } of needs) {
      const set = dependants.get(requirement.key) ?? new Set<string>();
      set.add(key);
      dependants.set(requirement.key, set);
    }
  }

  const reachableFrom = (keys: readonly string[], without: readonly string[] = []): ReadonlySet<string> => {
    const seen = new Set(keys.filter((key) => !without.includes(key)));
    const stack = [...seen];
    for (let key = stack.pop(); key !== undefined; key = stack.pop()) {
      for (const { requirement } of needsOf.get(key) ?? []) {
        if (seen.has(requirement.key) || without.includes(requirement.key)) continue;
        seen.add(requirement.key);
        stack.push(requirement.key);
      }
    }
    return seen;
  };

  const rootsOf = (use: LibraryUse): readonly string[] => {
    const named = (platform?.requires ?? []).flatMap((text) => {
      const requirement = parseRequirement(text);
      return requirement?.marker !== null &&
        requirement !== null &&
        new RegExp(`extra == ['"]${use}['"]`).test(requirement.marker)
        ? [requirement.key]
        : [];
    });
    return named.length > 0 ? named : rootsOfOld[use];
  };
  const closures = uses.map((use) => ({ use, keys: reachableFrom(rootsOf(use)) }));
  const usedBy = (key: string): readonly LibraryUse[] =>
    key === platformLibrary ? uses : closures.filter(({ keys }) => keys.has(key)).map(({ use }) => use);

  return {
    byKey,
    neededBy: (key) => [...(dependants.get(key) ?? [])].filter((one) => one !== key).toSorted(),
    usedBy,
    conflicts: conflictsOf([...needsOf.values()].flat(), byKey, usedBy).filter(
      (one) => one.installed !== null || !excused.has(normalName(one.name)),
    ),
    reachableFrom,
  };
}

/** Whether a requirement counts, asked in the name of an extra or of none. One that counts without any counts once. */
function applies(requirement: Requirement, extra: string, environment: MarkerEnvironment): boolean {
  if (requirement.marker === null) return extra === '';
  const plainly = evaluateMarker(requirement.marker, environment) === true;
  return extra === '' ? plainly : !plainly && evaluateMarker(requirement.marker, { ...environment, extra }) === true;
}

function conflictsOf(
  needs: readonly Need[],
  byKey: ReadonlyMap<string, Installed>,
  usedBy: (key: string) => readonly LibraryUse[],
): LibraryConflict[] {
  const conflicts = new Map<string, LibraryConflict>();
  for (const { from, requirement, extra } of needs) {
    const found = byKey.get(requirement.key);
    if (found !== undefined && (requirement.url !== null || satisfies(found.version, requirement.clauses))) continue;
    const id = `${requirement.key}/${from.key}/${textOf(requirement)}`;
    // What needs it is what breaks; of our own library, that in whose name it is asked for.
    const affects = from.key === platformLibrary ? uses.filter((use) => use === extra) : usedBy(from.key);
    const conflict: LibraryConflict = {
      name: found?.name ?? requirement.name,
      requirement: textOf(requirement),
      installed: found?.version ?? null,
      neededBy: from.name,
      neededByVersion: from.version,
      affects: [...new Set([...(conflicts.get(id)?.affects ?? []), ...affects])],
    };
    conflicts.set(id, conflict);
  }
  return [...conflicts.values()].toSorted((a, b) =>
    `${a.name}/${a.neededBy}`.localeCompare(`${b.name}/${b.neededBy}`, 'en'),
  );
}

const ofUse: Readonly<Record<LibraryUse, string>> = {
  jupyter: 'Jupyter and its Python kernel',
  spark: 'the kernels for Spark',
};

/** What will not work for these conflicts, a sentence each. */
export function effectsOf(conflicts: readonly LibraryConflict[]): string[] {
  const sentences = uses.flatMap((use) => {
    const names = [...new Set(conflicts.filter(({ affects }) => affects.includes(use)).map(({ name }) => name))];
    if (names.length === 0) return [];
    const what = ofUse[use];
    return [`${what.charAt(0).toUpperCase()}${what.slice(1)} may not start or not work in full: ${listed(names)}.`];
  });
  const others = [...new Set(conflicts.filter(({ affects }) => affects.length === 0).map(({ neededBy }) => neededBy))];
  return others.length === 0
    ? sentences
    : [...sentences, `What uses ${listed(others)} may fail when it is imported or used.`];
}

const listed = (names: readonly string[]): string =>
  names.length > 5 ? `${names.slice(0, 5).join(', ')} and ${names.length - 5} more` : names.join(', ');
