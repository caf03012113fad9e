import { existsSync } from 'node:fs';
import type { Libraries, Library, LibraryConflicts, LibrarySearch, IndexLibrary } from '@emberlab/contract';
import { HttpError } from '../../http/errors.ts';
import { toInstant, toInstantOrNull, type Clock } from '../../lib/clock.ts';
import { effectsOf, platformLibrary } from './graph.ts';
import type { IndexService } from './index/service.ts';
import { machineName, type Inspection, type Inspector } from './inspect.ts';
import { readLock, type LockEntry } from './lock.ts';
import type { Asked } from './operations/change.ts';
import { parseRequirement } from './packaging/requirement.ts';
import type { Machine } from './packaging/file-names.ts';
import { newerOf } from './packaging/version.ts';
import type { EnvironmentStore, RevisionRecord } from './store.ts';
import type { Builder } from './builder.ts';
import { readFile } from 'node:fs/promises';

const musl = existsSync(`/lib/ld-musl-${machineName}.so.1`);

const machineOf = (revision: RevisionRecord): Machine => ({
  pythonVersion: revision.pythonVersion ?? '3.12.0',
  machine: machineName,
  musl,
});

export type LibraryService = ReturnType<typeof createLibraryService>;

/** What is installed, and what could be. */
export function createLibraryService(deps: {
  store: EnvironmentStore;
  builder: Builder;
  inspector: Inspector;
  index: IndexService;
  clock: Clock;
  /** what is asked for in the base set: its lines by their names */
  baseLines: () => Promise<ReadonlyMap<string, string>>;
}) {
  const { store, builder, inspector, index, clock } = deps;
  /** when newer versions of a project's libraries were looked for */
  const lookedAt = new Map<string, number>();

  async function currentOf(projectId: string): Promise<RevisionRecord> {
    const current = await store.current(projectId);
    if (current === null) throw new HttpError('environment_not_ready');
    return current;
  }

  async function list(projectId: string): Promise<Libraries> {
    const current = await store.current(projectId);
    if (current === null) return { revision: null, pythonVersion: null, bytes: 0, items: [], latestAt: null };
    const [found, asked, baseLines] = await Promise.all([
      inspector.inspect(current),
      store.asked(current.id),
      deps.baseLines(),
    ]);
    const items = found.installed.map((one): Library => {
      const own = asked.find(({ name, kind }) => name === one.key && kind !== 'excluded') ?? null;
      const requirement = own === null ? (baseLines.get(one.key) ?? null) : requirementOf(own);
      return {
        name: one.name,
        version: one.version,
        summary: one.summary,
        source: sourceOf(one.key, own, found, baseLines),
        detail: own?.detail ?? null,
        requested: requirement !== null || one.key === platformLibrary,
        requirement,
        neededBy: [...found.graph.neededBy(one.key)].map((key) => found.graph.byKey.get(key)?.name ?? key),
        usedBy: [...found.graph.usedBy(one.key)],
        bytes: one.bytes,
        latest: newerOf(one.version, index.newest(one.key, machineOf(current))),
      };
    });
    return {
      revision: current.number,
      pythonVersion: current.pythonVersion,
      bytes: items.reduce((sum, { bytes }) => sum + bytes, 0),
      items,
      latestAt: toInstantOrNull(lookedAt.get(projectId) ?? null),
    };
  }

  return {
    list,

    /** Looks for newer versions of what is installed. Emberlab's own library is in no index. */
    async findUpdates(projectId: string): Promise<Libraries> {
      const current = await currentOf(projectId);
      const { installed } = await inspector.inspect(current);
      const keys = installed.map(({ key }) => key).filter((key) => key !== platformLibrary);
      await index.lookUp(keys, machineOf(current));
      lookedAt.set(projectId, clock.now());
      return list(projectId);
    },

    async conflicts(projectId: string): Promise<LibraryConflicts> {
      const current = await store.current(projectId);
      if (current === null) return { revision: null, checkedAt: null, conflicts: [], differences: [], effects: [] };
      const { graph, differences } = await inspector.inspect(current);
      return {
        revision: current.number,
        checkedAt: toInstant(clock.now()),
        conflicts: [...graph.conflicts],
        differences: [...differences],
        effects: effectsOf(graph.conflicts),
      };
    },

    async search(projectId: string, typed: string): Promise<LibrarySearch> {
      const current = await currentOf(projectId);
      const { installed } = await inspector.inspect(current);
      return index.search(typed, new Map(installed.map((one) => [one.key, one.version])), machineOf(current));
    },

    async inIndex(projectId: string, name: string): Promise<IndexLibrary> {
      return index.library(name, machineOf(await currentOf(projectId)));
    },

    /** The requirements or the lock of a revision, as text. Throws `revision_gone` where the lock is not known. */
    async export(
      projectId: string,
      wanted: { format: 'requirements' | 'lock'; revision?: number | undefined },
    ): Promise<string> {
      const revision =
        wanted.revision === undefined ? await currentOf(projectId) : await store.byNumber(projectId, wanted.revision);
      if (revision === null || revision.state !== 'ready')
        throw new HttpError('not_found', { message: 'There is no such revision.' });
      const head = `# Emberlab, revision ${revision.number}, Python ${revision.pythonVersion ?? 'not known'}\n`;
      if (wanted.format === 'requirements')
        return head + requirementsText(await store.asked(revision.id), await deps.baseLines());
      const text = await readFile(builder.lockOf(revision), 'utf8').catch(() => null);
      if (text === null) throw new HttpError('revision_gone');
      return head + readLock(text).map(exportedEntry).join('');
    },
  };
}

const requirementOf = (one: Asked): string => (one.kind === 'index' ? one.requirement : (one.detail ?? one.name));

function sourceOf(
  key: string,
  own: Asked | null,
  { lock, differences, installed }: Inspection,
  baseLines: ReadonlyMap<string, string>,
): Library['source'] {
  if (key === platformLibrary) return 'platform';
  const name = installed.find((one) => one.key === key)?.name;
  // What somebody has put there by hand is not as the lock has it.
  if (differences.some((one) => one.name === name || parseRequirement(one.name)?.key === key)) return 'hand';
  if (own !== null && own.kind !== 'excluded') return own.kind;
  if (baseLines.has(key)) return 'base';
  return lock?.some((entry) => entry.key === key && entry.url !== null) === true ? 'source' : 'index';
}

function requirementsText(asked: readonly Asked[], baseLines: ReadonlyMap<string, string>): string {
  const named = new Set(asked.map(({ name }) => name));
  const own = asked.filter(({ kind }) => kind !== 'excluded');
  const excluded = asked.filter(({ kind }) => kind === 'excluded');
  return [
    '# asked for in this project',
    ...own.map((one) => (one.kind === 'index' ? one.requirement : `# ${one.name}: from ${one.detail ?? 'a file'}`)),
    '# the base set',
    ...[...baseLines].filter(([key]) => !named.has(key)).map(([, line]) => line),
    ...excluded.map(({ name }) => `# ${name} was removed, whatever needs it`),
    '',
  ].join('\n');
}

/** A wheel of ours is nowhere else: it is named, with its hash, and not asked for. */
const exportedEntry = ({ name, version, url, text }: LockEntry): string =>
  url === null ? `${text}\n` : `# ${name}==${version} is from a file or from Git\n`;
