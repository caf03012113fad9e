import { engineProperty, propertyName } from '@emberlab/contract';
import { EngineError, type Engine, type NamedEngine } from '../../engines/engine.ts';
import type { DriverShape } from './demand.ts';
import type { SessionRequest } from './model.ts';

/** What the platform's engines are asked for, where there are several. */
export type EngineChooser = {
  /** The engine of an application that names `wanted`, or none. Throws `HttpError('engine_not_allowed')`. */
  choose(projectId: string, wanted: string | null): Promise<Pick<NamedEngine, 'name'>>;
  /** undefined: the settings have no such engine (any more). */
  find(name: string): NamedEngine | undefined;
  /** all of them */
  readonly all?: readonly NamedEngine[];
};

/** The engines that sessions and batches run on, by the names in their rows. */
export type Engines = ReturnType<typeof createEngines>;

/** The engine of this machine, by its name in rows. */
const ownName = 'local';

/** `engine` is that of this machine, `shape` what drivers get there. */
export function createEngines({
  engine,
  shape,
  engines,
}: {
  engine: Engine;
  shape: DriverShape;
  engines?: EngineChooser | undefined;
}) {
  return {
    /** One that is gone from the settings has left what this machine's engine can look after: processes and files. */
    of: (name: string): Engine => engines?.find(name)?.engine ?? engine,

    /** To start something on. Throws an `EngineError`. */
    toLaunch(name: string): Engine {
      if (engines === undefined || engines.find(name) !== undefined) return this.of(name);
      throw new EngineError(`There is no engine ${name} any more. Please choose another one in the configuration.`);
    },

    shapeOf(name: string): DriverShape {
      const facts = engines?.find(name)?.facts;
      if (facts === undefined) return shape;
      const { place, coresOf, besideHeapOf } = facts;
      return { executors: place.executors, coresOf, ...(besideHeapOf === undefined ? {} : { besideHeapOf }) };
    },

    /** Whether drivers wait there for who may want one. */
    startsAhead: (name: string): boolean => engines?.find(name)?.startsAhead ?? true,

    /** Throws `HttpError('engine_not_allowed')`. */
    async choose(projectId: string, request: Pick<SessionRequest, 'conf'>): Promise<string> {
      return engines === undefined ? ownName : (await engines.choose(projectId, wantedEngine(request.conf))).name;
    },
  };
}

/** The engine that a request names; null: none. */
export function wantedEngine(conf: Readonly<Record<string, string>>): string | null {
  const named = Object.entries(conf).find(([written]) => propertyName(written)?.toLowerCase() === engineProperty);
  return named?.[1].trim() ?? null;
}
