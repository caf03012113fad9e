import type { ClusterCapacity, Engine, EngineChoice, PlatformProperties, SparkPlace } from '@emberlab/contract';
import type { NamedEngine } from '../../engines/engine.ts';
import { HttpError } from '../../http/errors.ts';
import { toInstant, type Clock } from '../../lib/clock.ts';
import type { EngineStore } from './store.ts';

export type EngineService = ReturnType<typeof createEngineService>;

export type EngineServiceDeps = {
  readonly store: EngineStore;
  readonly clock: Clock;
  /** as the settings have them; the first is that of configurations that name none */
  readonly engines: readonly NamedEngine[];
};

/** What a cluster said is true for so long, ms: many pages ask at the same time. */
const freshMs = 2000;

/** The engines of the settings, and which projects may use them. */
export function createEngineService({ store, clock, engines }: EngineServiceDeps) {
  const known = new Map<string, { readonly at: number; readonly capacity: Promise<ClusterCapacity | null> }>();

  const byName = (name: string): NamedEngine | undefined => engines.find((one) => one.name === name);

  const capacityOf = (one: NamedEngine): Promise<ClusterCapacity | null> => {
    const before = known.get(one.name);
    const now = clock.now();
    if (before !== undefined && now - before.at < freshMs && now >= before.at) return before.capacity;
    const capacity = one
      .capacity()
      .then((said) => (said === null ? null : { ...said, checkedAt: toInstant(clock.now()) }));
    known.set(one.name, { at: now, capacity });
    return capacity;
  };

  const choiceOf = ({ name, label, facts: { place } }: NamedEngine): EngineChoice => ({ name, label, ...place });

  /** Those that a project may use, the one for configurations that name none first. */
  const allowed = async (projectId: string): Promise<NamedEngine[]> => {
    const barred = await store.barredFor(projectId);
    return engines.filter(({ name }) => !barred.has(name));
  };

  /** The engine that an application of a project gets. Throws `engine_not_allowed`. `wanted` null: nobody has named one. */
  const choose = async (projectId: string, wanted: string | null): Promise<NamedEngine> => {
    const mine = await allowed(projectId);
    const chosen = wanted === null ? mine[0] : mine.find(({ name }) => name === wanted);
    if (chosen !== undefined) return chosen;
    throw new HttpError('engine_not_allowed', { message: refusal(wanted, mine) });
  };

  const refusal = (wanted: string | null, mine: readonly NamedEngine[]): string => {
    if (mine.length === 0) return 'The project may use none of the engines. Please ask an administrator.';
    const names = mine.map(({ name }) => name).join(', ');
    return byName(wanted ?? '') === undefined
      ? `There is no engine ${wanted}. Please choose one of these: ${names}.`
      : `The project may not use the engine ${wanted}. Please choose one of these: ${names}, or ask an administrator.`;
  };

  const present = async (one: NamedEngine, restricted: ReadonlyMap<string, string[]>): Promise<Engine> => ({
    ...choiceOf(one),
    isDefault: one === engines[0],
    projects: restricted.get(one.name) ?? null,
    capacity: await capacityOf(one),
  });

  return {
    choose,

    /** Why a project's configuration can't name this engine; null: it can. */
    async problem(projectId: string, wanted: string | null): Promise<string | null> {
      try {
        await choose(projectId, wanted);
        return null;
      } catch (error) {
        if (error instanceof HttpError && error.code === 'engine_not_allowed') return error.message;
        throw error;
      }
    },

    /** Where a project's applications run. */
    async place(projectId: string): Promise<SparkPlace> {
      const mine = await allowed(projectId);
      // What may run nowhere is shown as it would be with the first: that nothing starts is said when somebody tries.
      const { type, master, executors } = choiceOf(mine[0] ?? (engines[0] as NamedEngine));
      return { engine: type, master, executors, choices: mine.map(choiceOf) };
    },

    async platformProperties(
      projectId: string,
      wanted: string | null,
      request: Parameters<NamedEngine['facts']['platformProperties']>[0],
    ): Promise<PlatformProperties> {
      return (await choose(projectId, wanted)).facts.platformProperties(request);
    },

    /** Throws `not_found`, also for what the project may not use. */
    async capacity(projectId: string, name: string): Promise<{ capacity: ClusterCapacity | null }> {
      const one = (await allowed(projectId)).find((mine) => mine.name === name);
      if (one === undefined) throw new HttpError('not_found');
      return { capacity: await capacityOf(one) };
    },

    async list(): Promise<{ items: Engine[]; next: string | null }> {
      const restricted = await store.restricted();
      return { items: await Promise.all(engines.map((one) => present(one, restricted))), next: null };
    },

    /** Throws `not_found` and `bad_request`. `names` null: all projects may use it. */
    async setProjects(name: string, names: readonly string[] | null): Promise<Engine> {
      const one = byName(name);
      if (one === undefined) throw new HttpError('not_found');
      const wanted = [...new Set(names ?? [])];
      const ids = await store.projectIds(wanted);
      const missing = wanted.find((project) => !ids.has(project));
      if (missing !== undefined) throw new HttpError('bad_request', { message: `There is no project ${missing}.` });
      await store.setProjects(name, names === null ? null : [...ids.values()], clock.now());
      return present(one, await store.restricted());
    },
  };
}
