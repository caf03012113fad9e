import { arch } from 'node:process';
import { readFile } from 'node:fs/promises';
import type { EnvironmentAlert, LibraryDifference } from '@emberlab/contract';
import type { Clock } from '../../lib/clock.ts';
import type { Builder } from './builder.ts';
import { createGraph, effectsOf, platformLibrary, type LibraryGraph } from './graph.ts';
import { readInstalled, stampOf, type Installed } from './installed.ts';
import { differencesOf, entriesFor, readLock, type LockEntry } from './lock.ts';
import { markerEnvironment } from './packaging/marker.ts';
import type { RevisionRecord } from './store.ts';

const machines: Readonly<Record<string, string>> = { x64: 'x86_64', arm64: 'aarch64' };
/** what this machine is called by Python */
export const machineName = machines[arch] ?? arch;

/** What there is in a revision, and what is wrong with it. */
export type Inspection = {
  readonly installed: readonly Installed[];
  readonly graph: LibraryGraph;
  /** what it has to hold on this machine; null: it is from before there were locks */
  readonly lock: readonly LockEntry[] | null;
  /** the same for all machines */
  readonly wholeLock: readonly LockEntry[] | null;
  readonly differences: readonly LibraryDifference[];
  readonly checkedAt: number;
};

/** How many are kept in memory. */
const mostKept = 60;

export type Inspector = ReturnType<typeof createInspector>;

/** Looks at revisions by their metadata. What was found is kept until a library comes or goes. */
export function createInspector(deps: {
  builder: Builder;
  clock: Clock;
  /** normal names of what is left out of the base set for good */
  excused: () => Promise<ReadonlySet<string>>;
}) {
  const { builder, clock } = deps;
  const kept = new Map<string, { stamp: string | null; found: Promise<Inspection> }>();

  async function look(revision: RevisionRecord): Promise<Inspection> {
    const installed = await readInstalled(builder.folderOf(revision));
    const environment = markerEnvironment(revision.pythonVersion ?? '3', machineName);
    const text = await readFile(builder.lockOf(revision), 'utf8').catch(() => null);
    const wholeLock = text === null ? null : readLock(text);
    const lock = wholeLock === null ? null : entriesFor(wholeLock, environment);
    return {
      installed,
      graph: createGraph(installed, environment, await deps.excused()),
      lock,
      wholeLock,
      differences: lock === null ? [] : differencesOf(lock, installed, platformLibrary),
      checkedAt: clock.now(),
    };
  }

  async function inspect(revision: RevisionRecord): Promise<Inspection> {
    const stamp = await stampOf(builder.folderOf(revision));
    const known = kept.get(revision.id);
    kept.delete(revision.id);
    const entry = known !== undefined && known.stamp === stamp ? known : { stamp, found: look(revision) };
    kept.set(revision.id, entry);
    entry.found.catch(() => kept.delete(revision.id));
    for (const oldest of kept.keys()) {
      if (kept.size <= mostKept) break;
      kept.delete(oldest);
    }
    return entry.found;
  }

  return {
    inspect,
    /** Whether it has changed since it was looked at; false of one that nobody has looked at. */
    async hasChanged(revision: RevisionRecord): Promise<boolean> {
      const known = kept.get(revision.id);
      return known !== undefined && known.stamp !== (await stampOf(builder.folderOf(revision)));
    },
    forget: (revisionId: string): void => void kept.delete(revisionId),
  };
}

/** What people should know of it; null: nothing is wrong. */
export function alertOf({ graph, differences }: Inspection): EnvironmentAlert | null {
  const { conflicts } = graph;
  if (conflicts.length === 0 && differences.length === 0) return null;
  return {
    conflicts: conflicts.length,
    inJupyter: conflicts.filter(({ affects }) => affects.length > 0).length,
    differences: differences.length,
    effects: effectsOf(conflicts),
  };
}
