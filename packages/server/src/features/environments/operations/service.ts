import { stat } from 'node:fs/promises';
import { normalName, type EnvironmentOperation, type NewOperation, type RevisionEntry } from '@emberlab/contract';
import { HttpError } from '../../../http/errors.ts';
import { toInstant, toInstantOrNull, type Clock } from '../../../lib/clock.ts';
import type { Builder } from '../builder.ts';
import { effectsOf, platformLibrary, type LibraryGraph } from '../graph.ts';
import type { Inspector } from '../inspect.ts';
import { requirementProblem } from '../packaging/lists.ts';
import { parseRequirement } from '../packaging/requirement.ts';
import type { EnvironmentStore, RevisionRecord } from '../store.ts';
import type { Uploads } from '../uploads.ts';
import type { Change } from './change.ts';
import type { OperationRecord } from './store.ts';
import { usesOf } from './uses.ts';

/** How many changes of a project may wait. */
const mostPending = 50;

export type OperationService = ReturnType<typeof createOperationService>;

/** What people do with an environment, and what became of it. */
export function createOperationService(deps: {
  store: EnvironmentStore;
  builder: Builder;
  inspector: Inspector;
  uploads: Uploads;
  clock: Clock;
  /** normal names of libraries that nobody may install */
  refused: () => Promise<readonly string[]>;
  wake: () => void;
  changed: (projectId: string, operationId: string) => Promise<void>;
}) {
  const { store, builder, inspector, uploads, clock } = deps;
  const { operations } = store;

  async function present(record: OperationRecord): Promise<EnvironmentOperation> {
    const revision = record.revisionId === null ? null : await store.byId(record.revisionId);
    const pending = record.state === 'queued' ? await operations.pending(record.projectId) : [];
    const position = pending.filter(({ state, number }) => state === 'queued' && number <= record.number).length;
    const running = record.state === 'running';
    return {
      id: record.id,
      kind: record.kind,
      state: record.state,
      title: record.title,
      by: record.by,
      createdAt: toInstant(record.createdAt),
      startedAt: toInstantOrNull(record.startedAt),
      endedAt: toInstantOrNull(record.endedAt),
      // Its turn may have come since its row was read.
      position: record.state === 'queued' ? Math.max(1, position) : null,
      step: running ? (record.cancelWanted ? 'Being cancelled' : (revision?.step ?? null)) : null,
      progress: record.state === 'succeeded' ? 1 : running ? (revision?.progress ?? 0) : 0,
      problem: record.problem,
      revision: revision?.number ?? null,
      changes: record.changes === null ? null : [...record.changes],
      conflicts: record.conflicts,
    };
  }

  async function find(projectId: string, id: string): Promise<OperationRecord> {
    const found = await operations.byId(projectId, id);
    if (found === null) throw new HttpError('not_found');
    return found;
  }

  /** Throws for what is no requirement, or may not be installed here. */
  async function checkRequirements(requirements: readonly string[], path: string): Promise<void> {
    const details = requirements.flatMap((text, index) => {
      const message = requirementProblem(text);
      return message === null ? [] : [{ path: `${path}.${index}`, message: `${text.slice(0, 80)}: ${message}` }];
    });
    if (details[0] !== undefined) throw new HttpError('bad_request', { message: details[0].message, details });
    await checkNames(requirements.map((text) => parseRequirement(text)?.key ?? ''));
  }

  async function checkNames(keys: readonly string[]): Promise<void> {
    if (keys.includes(platformLibrary)) throw new HttpError('library_protected');
    const refused = new Set(await deps.refused());
    const first = keys.find((key) => refused.has(key));
    if (first !== undefined) {
      const message = `The administrator does not allow ${first} here. Please ask them, or take another library.`;
      throw new HttpError('library_refused', { message });
    }
  }

  async function graphOf(projectId: string): Promise<LibraryGraph> {
    const current = await store.current(projectId);
    if (current === null) throw new HttpError('environment_not_ready');
    return (await inspector.inspect(current)).graph;
  }

  function mustBeThere(graph: LibraryGraph, names: readonly string[]): void {
    const missing = names.filter((name) => !graph.byKey.has(normalName(name)));
    if (missing.length === 0) return;
    const message = `Not installed: ${missing.join(', ')}. Please check the name.`;
    throw new HttpError('library_missing', { message });
  }

  /** Throws when something needs what is removed; its details say what, a sentence for each library. */
  function checkNeeds(graph: LibraryGraph, names: readonly string[]): void {
    const keys = new Set(names.map(normalName));
    const details = names.flatMap((name) => {
      const key = normalName(name);
      const by = graph.neededBy(key).filter((one) => !keys.has(one) && one !== platformLibrary);
      const uses = graph.usedBy(key);
      if (by.length === 0 && uses.length === 0) return [];
      const lost = { name, requirement: '', installed: null, neededBy: '', neededByVersion: '', affects: [...uses] };
      const needed = by.length === 0 ? [] : [`${name} is needed by ${by.join(', ')}.`];
      return [{ path: name, message: [...needed, ...(uses.length === 0 ? [] : effectsOf([lost]))].join(' ') }];
    });
    if (details.length > 0) throw new HttpError('library_needed', { details });
  }

  async function changeOf(projectId: string, wanted: NewOperation): Promise<Change> {
    switch (wanted.kind) {
      case 'install':
        await checkRequirements(wanted.requirements, 'requirements');
        return { kind: 'install', requirements: wanted.requirements, wheel: null, source: null };
      case 'install-upload': {
        const upload = await uploads.find(projectId, wanted.upload);
        if (upload === null)
          throw new HttpError('not_found', {
            message: 'This upload is no longer there. Please upload the file again.',
          });
        const { change } = upload;
        await checkRequirements(change.requirements, 'upload');
        if (change.requirements.length === 0 && change.wheel === null && change.source === null)
          throw new HttpError('bad_request', { message: 'The file asks for nothing that can be installed.' });
        if (upload.name !== null) await checkNames([normalName(upload.name)]);
        return change;
      }
      case 'install-git': {
        const { url, ref } = wanted;
        const source = { kind: 'git' as const, url, ...(ref === undefined ? {} : { ref }) };
        return { kind: 'install', requirements: [], wheel: null, source };
      }
      case 'uninstall': {
        const graph = await graphOf(projectId);
        if (wanted.packages.some((name) => normalName(name) === platformLibrary))
          throw new HttpError('library_protected');
        mustBeThere(graph, wanted.packages);
        if (!wanted.force) checkNeeds(graph, wanted.packages);
        return { kind: 'uninstall', packages: wanted.packages };
      }
      case 'update':
        if (wanted.packages !== null) mustBeThere(await graphOf(projectId), wanted.packages);
        return { kind: 'update', packages: wanted.packages };
      case 'recreate':
        return { kind: 'recreate', keep: wanted.keep };
      case 'restore':
        return { kind: 'restore', revision: wanted.revision };
      case 'repair':
        break;
    }
    return { kind: 'repair' };
  }

  const isThere = async (path: string): Promise<boolean> => (await stat(path).catch(() => null)) !== null;

  /** The revision to go back to, where its files are there; undefined: it has to be made again. */
  async function restores(projectId: string, change: Change): Promise<string | undefined> {
    if (change.kind !== 'restore') return undefined;
    const revision = await store.byNumber(projectId, change.revision);
    if (revision === null) throw new HttpError('not_found', { message: 'There is no such revision.' });
    if (revision.state !== 'ready') throw new HttpError('revision_gone');
    if (revision.removedAt === null && (await isThere(builder.pythonOf(revision)))) return revision.id;
    if (await isThere(builder.lockOf(revision))) return undefined;
    throw new HttpError('revision_gone');
  }

  const isKept = (revision: RevisionRecord): boolean => revision.removedAt === null;

  return {
    present,

    /** Puts a change into the queue. Throws for what can't be done, as far as that is known now. */
    async change(projectId: string, wanted: NewOperation, by: string): Promise<EnvironmentOperation> {
      if ((await operations.pending(projectId)).length >= mostPending) throw new HttpError('environment_busy');
      const change = await changeOf(projectId, wanted);
      const back = await restores(projectId, change);
      const id = await operations.insert({
        projectId,
        change,
        by,
        now: clock.now(),
        ...(back === undefined ? {} : { restores: back }),
      });
      if (id === null) throw new Error('a change was not put into the queue');
      await deps.changed(projectId, id);
      deps.wake();
      return present(await find(projectId, id));
    },

    get: async (projectId: string, id: string): Promise<EnvironmentOperation> => present(await find(projectId, id)),

    async list(projectId: string, page: { cursor?: string | undefined; limit: number }) {
      const found = await operations.list(projectId, { from: page.cursor, limit: page.limit + 1 });
      const items = await Promise.all(found.slice(0, page.limit).map(present));
      return { items, next: found[page.limit]?.id ?? null };
    },

    pending: async (projectId: string): Promise<EnvironmentOperation[]> =>
      Promise.all((await operations.pending(projectId)).map(present)),

    /** Says that it is to end; the worker sees to that. */
    async cancel(projectId: string, id: string): Promise<EnvironmentOperation> {
      const found = await find(projectId, id);
      if (found.state !== 'queued' && found.state !== 'running') throw new HttpError('operation_over');
      await operations.wantCancel(id);
      await deps.changed(projectId, id);
      deps.wake();
      return present(await find(projectId, id));
    },

    /** Where its log is, and whether it goes on; null: it has none. */
    async logOf(projectId: string, id: string): Promise<{ path: string | null; ended: () => Promise<boolean> }> {
      const found = await find(projectId, id);
      const revision = found.revisionId === null || !found.makesRevision ? null : await store.byId(found.revisionId);
      return {
        path: revision === null ? null : builder.logOf(revision),
        async ended() {
          const state = (await operations.byId(projectId, id))?.state;
          return state !== 'queued' && state !== 'running';
        },
      };
    },

    async revisions(projectId: string): Promise<RevisionEntry[]> {
      const [ready, current, succeeded, uses] = await Promise.all([
        store.ready(projectId),
        store.current(projectId),
        operations.succeeded(projectId),
        usesOf(store, projectId),
      ]);
      const makers = new Map(succeeded.filter((one) => one.makesRevision).map((one) => [one.revisionId, one]));
      return ready.map((revision) => {
        const maker = makers.get(revision.id);
        return {
          number: revision.number,
          current: revision.id === current?.id,
          createdAt: toInstant(revision.createdAt),
          readyAt: toInstantOrNull(revision.readyAt),
          by: maker?.by ?? null,
          title: maker?.title ?? null,
          operation: maker?.id ?? null,
          pythonVersion: revision.pythonVersion,
          packages: revision.packages,
          changes: maker?.changes === undefined || maker.changes === null ? null : [...maker.changes],
          uses: uses.get(revision.id) ?? 0,
          kept: isKept(revision),
        };
      });
    },
  };
}
