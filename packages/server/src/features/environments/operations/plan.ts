import { normalName } from '@emberlab/contract';
import type { LibraryGraph } from '../graph.ts';
import { writeLock, type LockEntry } from '../lock.ts';
import { parseRequirement, textOf } from '../packaging/requirement.ts';
import { satisfies } from '../packaging/specifier.ts';
import type { Asked, Change, Source } from './change.ts';

/** What a project's environment is before a change. */
export type Before = {
  readonly asked: readonly Asked[];
  /** the lock of the revision in use; null: there is none, or it is from before there were locks */
  readonly lock: readonly LockEntry[] | null;
  /** what is installed in it; null: nothing is */
  readonly graph: LibraryGraph | null;
};

/** The base set: lines that are asked for, and the lock that is made of them. */
export type Base = { readonly lines: readonly string[]; readonly lock: readonly LockEntry[] };

/**
 * How the next revision is made. `install`: from a lock that is known · `add`: what is new is added to the lock before, and nothing else changes, if that
 * goes · `resolve`: the resolver finds versions that go together, as near to the lock before as can be.
 */
export type Recipe = {
  readonly mode: 'install' | 'add' | 'resolve';
  /** with `install`: the lock; else that to stay near to */
  readonly lock: string;
  /** all that is asked for */
  readonly requests: readonly string[];
  readonly new: readonly string[];
  readonly excluded: readonly string[];
  /** null: versions stay; none: all may go up */
  readonly upgrade: readonly string[] | null;
  readonly sources: readonly Source[];
  /** what people will have asked for; what is built of sources comes to it */
  readonly asked: readonly Asked[];
  /** what is missing is to be missing, so that imports may fail */
  readonly broken: boolean;
};

/** The name of a line of the base set. */
const keyOf = (line: string): string => parseRequirement(line)?.key ?? '';

/** A line that asks for it. `place` answers the address of a wheel of ours. */
function lineOf(one: Asked, place: (path: string) => string): string {
  return one.kind === 'index' ? one.requirement : `${one.name} @ ${place(one.requirement)}`;
}

/** Works out how a change is made. `constrained`: the administrator has conditions, so that what is asked for has to be looked at again. */
export function recipeFor(
  change: Exclude<Change, { kind: 'restore' }>,
  {
    before,
    base,
    constrained,
    place,
  }: { before: Before; base: Base; constrained: boolean; place: (path: string) => string },
): Recipe {
  const lockBefore = before.lock ?? base.lock;
  const whole = (asked: readonly Asked[], rest: Partial<Recipe> = {}): Recipe => ({
    mode: 'resolve',
    lock: writeLock(lockBefore),
    requests: requestsOf(asked, base, place),
    new: [],
    excluded: excludedOf(asked),
    upgrade: null,
    sources: [],
    asked,
    broken: false,
    ...rest,
  });

  switch (change.kind) {
    case 'create':
      return fromBase(before.asked.filter(({ kind }) => kind === 'index'));
    case 'recreate':
      return fromBase(change.keep ? before.asked.filter(({ kind }) => kind !== 'excluded') : []);
    case 'install':
      return install(change);
    case 'uninstall':
      return uninstall(change.packages.map(normalName));
    case 'update': {
      const named = change.packages?.map(normalName) ?? null;
      const asked = before.asked.map((one) => (named?.includes(one.name) === true ? loosened(one) : one));
      return whole(asked, { upgrade: named ?? [] });
    }
    case 'repair':
      break;
  }
  return repair();

  function fromBase(asked: readonly Asked[]): Recipe {
    const mode = asked.length === 0 && !constrained ? 'install' : 'resolve';
    return whole(asked, { mode, lock: writeLock(base.lock) });
  }

  function install({ requirements, wheel, source }: Extract<Change, { kind: 'install' }>): Recipe {
    const added: Asked[] = requirements.flatMap((requirement) => {
      const parsed = parseRequirement(requirement);
      return parsed === null ? [] : [{ name: parsed.key, kind: 'index' as const, requirement, detail: null }];
    });
    if (wheel !== null)
      added.push({ name: normalName(wheel.name), kind: 'wheel', requirement: wheel.path, detail: wheel.fileName });
    const names = new Set(added.map(({ name }) => name));
    const asked = [...before.asked.filter(({ name }) => !names.has(name)), ...added];
    return whole(asked, {
      mode: before.lock === null ? 'resolve' : 'add',
      new: added.map((one) => lineOf(one, place)),
      sources: source === null ? [] : [source],
    });
  }

  function uninstall(keys: readonly string[]): Recipe {
    const baseKeys = new Set(base.lines.map(keyOf));
    const staying = before.asked.filter(({ name }) => !keys.includes(name));
    const needed = (key: string) =>
      baseKeys.has(key) || (before.graph?.neededBy(key) ?? []).some((one) => !keys.includes(one));
    const excluded = keys
      .filter(needed)
      .map((name) => ({ name, kind: 'excluded' as const, requirement: '', detail: null }));
    const asked = [...staying, ...excluded];
    const broken = excluded.length > 0;
    if (before.lock === null || before.graph === null) return whole(asked, { broken });
    const gone = leftBehind(before.graph, [...baseKeys, ...staying.map(({ name }) => name)], keys);
    const lock = before.lock.filter(({ key }) => !keys.includes(key) && !gone.has(key));
    return whole(asked, { mode: 'install', lock: writeLock(lock), broken });
  }

  function repair(): Recipe {
    const asked = before.asked.filter(({ kind }) => kind !== 'excluded');
    const back = before.asked.filter(({ kind }) => kind === 'excluded').map(({ name }) => name);
    if (before.lock === null) return fromBase(asked);
    const conflicts = before.graph?.conflicts ?? [];
    const missing = [...back, ...conflicts.filter((one) => one.installed === null).map((one) => normalName(one.name))];
    const have = new Set(before.lock.map(({ key }) => key));
    // Nothing that the lock has is missing by its word: it is put back as it says.
    if (missing.every((key) => have.has(key))) return whole(asked, { mode: 'install' });
    // The base set goes together, so what is left of it in its own versions can be made whole without asking an index.
    const ofBase = new Map(base.lock.map((entry) => [entry.key, entry]));
    const untouched = before.lock.every(({ key, version }) => (ofBase.get(key)?.version ?? version) === version);
    const fits = missing.every((key) => {
      const entry = ofBase.get(key);
      return (
        entry !== undefined &&
        conflicts.every(
          (one) =>
            normalName(one.name) !== key || satisfies(entry.version, parseRequirement(one.requirement)?.clauses ?? []),
        )
      );
    });
    if (!untouched || !fits || constrained) return whole(asked);
    const added = base.lock.filter(({ key }) => !have.has(key));
    return whole(asked, { mode: 'install', lock: writeLock([...before.lock, ...added]) });
  }
}

/** All lines that are asked for. Somebody's own word about a library of the base set goes before that of the set. */
function requestsOf(asked: readonly Asked[], base: Base, place: (path: string) => string): string[] {
  const named = new Set(asked.map(({ name }) => name));
  return [
    ...base.lines.filter((line) => !named.has(keyOf(line))),
    ...asked.filter(({ kind }) => kind !== 'excluded').map((one) => lineOf(one, place)),
  ];
}

const excludedOf = (asked: readonly Asked[]): string[] =>
  asked.filter(({ kind }) => kind === 'excluded').map(({ name }) => name);

/** Without a version that it is held to: an update is to change it. */
function loosened(one: Asked): Asked {
  if (one.kind !== 'index') return one;
  const parsed = parseRequirement(one.requirement);
  if (parsed === null || parsed.clauses.every(({ operator }) => operator !== '==' && operator !== '===')) return one;
  const extras = parsed.extras.length === 0 ? '' : `[${parsed.extras.join(',')}]`;
  return { ...one, requirement: `${textOf({ ...parsed, clauses: [] })}${extras}` };
}

/** What nobody needs any more, once these are gone. */
function leftBehind(graph: LibraryGraph, roots: readonly string[], gone: readonly string[]): ReadonlySet<string> {
  const kept = graph.reachableFrom(roots, gone);
  const before = graph.reachableFrom(gone);
  // What was never needed by what is removed stays, whyever it is there.
  return new Set([...before].filter((key) => !kept.has(key)));
}
