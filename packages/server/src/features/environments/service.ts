import type { Environment, LogText } from '@emberlab/contract';
import { HttpError } from '../../http/errors.ts';
import type { ProjectSnapshot } from '../../http/project-events.ts';
import type { Clock } from '../../lib/clock.ts';
import { readEnd } from '../../lib/log-file.ts';
import type { Builder } from './builder.ts';
import { alertOf, type Inspector } from './inspect.ts';
import { presentRevision } from './present.ts';
import type { EnvironmentStore } from './store.ts';

const maxLogBytes = 256 * 1024;

/** The Python of a revision of a project's environment. */
export type PythonOfProject = {
  /** absolute */
  readonly python: string;
  readonly revisionId: string;
  readonly number: number;
};

export type EnvironmentService = ReturnType<typeof createEnvironmentService>;

/** Projects' Python environments. */
export function createEnvironmentService(deps: {
  store: EnvironmentStore;
  builder: Builder;
  inspector: Inspector;
  clock: Clock;
  wake: () => void;
  changed: (projectId: string) => Promise<void>;
}) {
  const { store, builder, inspector, clock, changed } = deps;

  async function get(projectId: string): Promise<Environment> {
    const [current, latest, pending] = await Promise.all([
      store.current(projectId),
      store.latest(projectId),
      store.operations.pending(projectId),
    ]);
    return {
      current: current === null ? null : presentRevision(current),
      latest: latest === null ? null : presentRevision(latest),
      pending: pending.length,
      alert: current === null ? null : alertOf(await inspector.inspect(current)),
    };
  }

  return {
    get,

    /** Has a new project's first revision built. Safe to call again. */
    async create(projectId: string): Promise<void> {
      if (!(await store.insert(projectId, clock.now(), { onlyFirst: true }))) return;
      await changed(projectId);
      deps.wake();
    },

    /** Has the next revision built; while a change is being made, that one is it. */
    async rebuild(projectId: string, by: string | null = null): Promise<Environment> {
      const change = { kind: 'recreate' as const, keep: true };
      const inserted = await store.operations.insert({ projectId, change, by, now: clock.now(), unless: 'pending' });
      if (inserted !== null) {
        await changed(projectId);
        deps.wake();
      }
      return get(projectId);
    },

    /** Throws `environment_not_ready` until the first revision is ready. */
    async pythonFor(projectId: string): Promise<PythonOfProject> {
      const current = await store.current(projectId);
      if (current === null) throw new HttpError('environment_not_ready');
      await builder.open(projectId);
      return { python: builder.pythonOf(current), revisionId: current.id, number: current.number };
    },

    /** That of a revision, which what was begun with it keeps; null: it has no files any more. */
    async pythonAt(projectId: string, number: number): Promise<PythonOfProject | null> {
      const revision = await store.byNumber(projectId, number);
      if (revision?.state !== 'ready' || revision.removedAt !== null) return null;
      await builder.open(projectId);
      return { python: builder.pythonOf(revision), revisionId: revision.id, number };
    },

    /** Why a project without an environment will not get one by waiting; null: it will, or it has one. */
    async whyNone(projectId: string): Promise<{ reason: string | null } | null> {
      if ((await store.current(projectId)) !== null) return null;
      const latest = await store.latest(projectId);
      return latest?.state === 'building' ? null : { reason: latest?.problem ?? null };
    },

    /** The end of what the last build printed. */
    async log(projectId: string): Promise<LogText> {
      const latest = await store.latest(projectId);
      return latest === null ? { text: '', truncated: false } : readEnd(builder.logOf(latest), maxLogBytes);
    },

    snapshot: (async (projectId) => [
      { type: 'environment', environment: await get(projectId) },
    ]) satisfies ProjectSnapshot,
  };
}
