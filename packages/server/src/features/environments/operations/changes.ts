import { constants } from 'node:fs';
import { chmod, copyFile, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { normalName, type LibraryChange } from '@emberlab/contract';
import { HttpError } from '../../../http/errors.ts';
import type { Clock } from '../../../lib/clock.ts';
import type { Builder, BuildRules, BuildStatus, BuiltWheel, StartedBuild } from '../builder.ts';
import { platformLibrary } from '../graph.ts';
import type { Inspection, Inspector } from '../inspect.ts';
import { changesOf, readLock, type Pinned } from '../lock.ts';
import type { EnvironmentStore, RevisionRecord } from '../store.ts';
import type { Asked } from './change.ts';
import { recipeFor, type Base, type Before, type Recipe } from './plan.ts';
import type { OperationRecord } from './store.ts';

export type Changes = ReturnType<typeof createChanges>;

/** What an inspected revision holds, as far as a change goes. */
const pinnedOf = ({ lock, installed }: Inspection): Pinned[] =>
  lock === null
    ? installed
        .filter(({ key }) => key !== platformLibrary)
        .map(({ key, name, version }) => ({ key, name, version, url: null }))
    : [...lock];

/** Carries changes out: from what was asked for to a build, and from a build that is good to what is in use. */
export function createChanges(deps: {
  store: EnvironmentStore;
  builder: Builder;
  inspector: Inspector;
  clock: Clock;
  /** the folder with the base set */
  requirements: string;
  rules: () => Promise<BuildRules>;
}) {
  const { store, builder, inspector, clock } = deps;
  const { operations } = store;

  async function base(): Promise<Base> {
    const [lines, lock] = await Promise.all(
      ['base.in', 'base.txt'].map((name) => readFile(join(deps.requirements, name), 'utf8')),
    );
    return {
      lines: (lines ?? '')
        .split('\n')
        .map((line) => line.trim())
        .filter((line) => line !== '' && !line.startsWith('#')),
      lock: readLock(lock ?? ''),
    };
  }

  async function before(projectId: string): Promise<Before> {
    const current = await store.current(projectId);
    if (current === null) return { asked: await store.lastAsked(projectId), lock: null, graph: null };
    const { graph, wholeLock } = await inspector.inspect(current);
    return { asked: await store.asked(current.id), lock: wholeLock, graph };
  }

  /** Made anew for each start, also when it is begun again: what is in use is the same, since changes of a project come one after the other. */
  async function recipe(operation: OperationRecord): Promise<{ recipe: Recipe; rules: BuildRules }> {
    const { change, projectId } = operation;
    const rules = await deps.rules();
    const place = (path: string) => pathToFileURL(join(builder.projectFolder(projectId), path)).href;
    if (change.kind === 'restore') return { recipe: await recipeOfOld(projectId, change.revision), rules };
    const made = recipeFor(change, {
      before: await before(projectId),
      base: await base(),
      constrained: rules.constraints.length > 0,
      place,
    });
    return { recipe: made, rules };
  }

  /** A revision whose files are gone is made again from its lock. */
  async function recipeOfOld(projectId: string, number: number): Promise<Recipe> {
    const old = await store.byNumber(projectId, number);
    const lock = old === null ? null : await readFile(builder.lockOf(old), 'utf8').catch(() => null);
    if (old === null || lock === null) throw new HttpError('revision_gone');
    const asked = await store.asked(old.id);
    const broken = asked.some(({ kind }) => kind === 'excluded');
    return { mode: 'install', lock, requests: [], new: [], excluded: [], upgrade: null, sources: [], asked, broken };
  }

  /** What was built of sources is asked for as well, by what it was built of. */
  function withBuilt(operation: OperationRecord, asked: readonly Asked[], built: readonly BuiltWheel[]): Asked[] {
    const { change, projectId } = operation;
    const source = change.kind === 'install' ? change.source : null;
    const [wheel] = built;
    if (source === null || wheel === undefined) return [...asked];
    const name = normalName(wheel.name);
    const own: Asked = {
      name,
      kind: source.kind === 'git' ? 'git' : 'source',
      requirement: wheel.path.slice(builder.projectFolder(projectId).length + 1),
      detail:
        source.kind === 'git' ? `${source.url}${source.ref === undefined ? '' : `@${source.ref}`}` : source.fileName,
    };
    return [...asked.filter((one) => one.name !== name), own];
  }

  async function changesBetween(projectId: string, after: Inspection): Promise<LibraryChange[]> {
    const current = await store.current(projectId);
    return changesOf(current === null ? [] : pinnedOf(await inspector.inspect(current)), pinnedOf(after));
  }

  return {
    /** Notes that its turn has come, and what people will have asked for. Throws an `HttpError` for what can't be done. */
    async begin(operation: OperationRecord): Promise<void> {
      const asked = operation.makesRevision ? (await recipe(operation)).recipe.asked : [];
      await operations.begin(operation, { asked, now: clock.now() });
    },

    async start(operation: OperationRecord, revision: RevisionRecord): Promise<StartedBuild> {
      const { projectId, change } = operation;
      const how = await recipe(operation);
      const source = change.kind === 'install' && change.source?.kind === 'file' ? change.source : null;
      const handOver = async (folder: string): Promise<void> => {
        if (source === null) return;
        const from = join(builder.projectFolder(projectId), source.path);
        const to = join(folder, source.fileName);
        await copyFile(from, to, constants.COPYFILE_EXCL);
        // Whoever builds it is somebody else, whose folder that is.
        await chmod(to, 0o644);
      };
      return builder.start(revision, await store.current(projectId), { ...how, handOver });
    },

    /** The build is good: from now on new servers use it. */
    async finish(
      operation: OperationRecord,
      revision: RevisionRecord,
      status: Extract<BuildStatus, { packages: number }>,
    ): Promise<void> {
      const { pythonVersion, packages, built } = status;
      const after = await inspector.inspect({ ...revision, pythonVersion });
      await operations.finish(operation, {
        made: { pythonVersion, packages, asked: withBuilt(operation, operation.asked ?? [], built) },
        changes: await changesBetween(operation.projectId, after),
        conflicts: after.graph.conflicts.length,
        now: clock.now(),
      });
    },

    /** Goes back to a revision whose files are there. */
    async switchTo(operation: OperationRecord, revision: RevisionRecord): Promise<void> {
      if ((await stat(builder.pythonOf(revision)).catch(() => null)) === null) {
        await operations.fail(operation, 'The files of this revision are gone. Please restore it again.', clock.now());
        await store.setRemoved(revision.id, clock.now());
        return;
      }
      const after = await inspector.inspect(revision);
      await operations.finish(operation, {
        made: null,
        changes: await changesBetween(operation.projectId, after),
        conflicts: after.graph.conflicts.length,
        now: clock.now(),
      });
    },
  };
}
