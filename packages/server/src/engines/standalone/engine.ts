import type { EngineFacts, NamedEngine } from '../engine.ts';
import { createLocalEngine, type LocalEngine, type LocalEngineOptions } from '../local/engine.ts';
import { localFacts } from '../local/properties.ts';
import { createMaster } from './master.ts';
import { executorOf, standaloneCluster } from './properties.ts';

export type StandaloneOptions = {
  /** spark://HOST:PORT, with others behind commas */
  readonly master: string;
  /** the master's web page; null: nobody knows it */
  readonly page: string | null;
  /** under which name or address the workers reach this machine */
  readonly driverHost: string;
};

/**
 * Drivers of a standalone cluster: they run on this machine as those of the local engine do, as their members, and have their executors on the cluster's
 * workers. When a driver is gone, the master takes its executors away.
 */
export function createStandaloneEngine(
  { master, page, driverHost }: StandaloneOptions,
  options: Omit<LocalEngineOptions, 'sparkMaster' | 'cluster' | 'mustBeAble'>,
): { readonly engine: LocalEngine; readonly facts: EngineFacts } & Pick<NamedEngine, 'capacity'> {
  const asked = createMaster({ master, page });
  const cluster = standaloneCluster(driverHost);
  return {
    engine: createLocalEngine({
      ...options,
      sparkMaster: master,
      cluster,
      mustBeAble: (properties) => asked.mustHave(executorOf(properties)),
    }),
    facts: localFacts({
      sparkMaster: master,
      type: 'standalone',
      cluster,
      ...(options.eventLogBytes === undefined ? {} : { eventLogBytes: options.eventLogBytes }),
    }),
    capacity: () => asked.capacity(),
  };
}
