import type { Environment, LogText } from '@emberlab/contract';
import { HttpError } from '../../http/errors.ts';
import type { ProjectBus, ProjectSnapshot } from '../../http/project-events.ts';
import type { Clock } from '../../lib/clock.ts';
import { readEnd } from '../../lib/log-file.ts';
import type { Builder } from './builder.ts';
import { presentEnvironment, type EnvironmentStore } from './store.ts';

const maxLogBytes = 256 * 1024;

/** The Python of a project's current revision. */
export type PythonOfProject = {
  /** absolute */
  readonly python: string;
  readonly revisionId: string;
  readonly number: number;
};

export type EnvironmentService = ReturnType<typeof createEnvironmentService>;

/** Tells everybody in the project what its environment is like now. */
export function createAnnouncer({ bus, store }: { bus: ProjectBus; store: EnvironmentStore }) {
  return async (projectId: string): Promise<void> => {
    const environment = presentEnvironment(await store.current(projectId), await store.latest(projectId));
    bus.publish({ projectId, present: () => ({ type: 'environment', environment }) });
  };
}

/** Projects' Python environments. */
export function createEnvironmentService(deps: {
  store: EnvironmentStore;
  builder: Builder;
  clock: Clock;
  wake: () => void;
  changed: (projectId: string) => Promise<void>;
}) {
  const { store, builder, clock, changed } = deps;

  const get = async (projectId: string): Promise<Environment> =>
    presentEnvironment(await store.current(projectId), await store.latest(projectId));

  async function build(projectId: string, onlyFirst: boolean): Promise<void> {
    if (!(await store.insert(projectId, clock.now(), { onlyFirst }))) return;
    await changed(projectId);
    deps.wake();
  }

  return {
    get,

    /** Has a new project's first revision built. Safe to call again. */
    create: (projectId: string): Promise<void> => build(projectId, true),

    /** Has the next revision built; while one is being built, that one is it. */
    async rebuild(projectId: string): Promise<Environment> {
      await build(projectId, false);
      return get(projectId);
    },

    /** Throws `environment_not_ready` until the first revision is ready. */
    async pythonFor(projectId: string): Promise<PythonOfProject> {
      const current = await store.current(projectId);
      if (current === null) throw new HttpError('environment_not_ready');
      await builder.open(projectId);
      return { python: builder.pythonOf(current), revisionId: current.id, number: current.number };
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
