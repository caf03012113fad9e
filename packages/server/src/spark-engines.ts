import { realpathSync } from 'node:fs';
import type { Config } from './config.ts';
import type { NamedEngine } from './engines/engine.ts';
import { createLocalEngine, type LocalEngineOptions } from './engines/local/engine.ts';
import { localFacts } from './engines/local/properties.ts';
import { createStandaloneEngine } from './engines/standalone/engine.ts';

/** What all engines are built from. */
export type SparkParts = Pick<LocalEngineOptions, 'identities' | 'warmStart'> & {
  /** Spark on this machine */
  readonly spark: Pick<LocalEngineOptions, 'clock' | 'sparkHome' | 'javaHome' | 'driverJavaOptions' | 'environment'>;
};

/** Every engine of the settings, the one of configurations that name none first, and that of this machine, which keeps the files of all of them. */
export function createSparkEngines(
  config: Pick<
    Config,
    | 'defaultEngine'
    | 'engines'
    | 'paths'
    | 'serverLogBytes'
    | 'sessionEventLogBytes'
    | 'sparkMaster'
    | 'sparkrLibrary'
    | 'statementOutputLimitBytes'
  >,
  { spark, ...parts }: SparkParts,
): { readonly local: NamedEngine; readonly all: readonly NamedEngine[] } {
  const options = {
    ...spark,
    ...parts,
    sessionsFolder: config.paths.sessions,
    batchesFolder: config.paths.batches,
    outputLimitBytes: config.statementOutputLimitBytes,
    eventLogBytes: config.sessionEventLogBytes,
    logBytes: config.serverLogBytes,
    sparkrLibrary: config.sparkrLibrary,
  };
  const local: NamedEngine = {
    name: 'local',
    label: 'This machine',
    engine: createLocalEngine({ ...options, sparkMaster: config.sparkMaster }),
    facts: localFacts({ sparkMaster: config.sparkMaster, eventLogBytes: config.sessionEventLogBytes }),
    startsAhead: true,
    capacity: async () => null,
  };
  const clusters = config.engines.map(({ name, label, ...engine }): NamedEngine => ({
    name,
    label: label ?? name,
    startsAhead: false,
    ...createStandaloneEngine(
      { master: engine.master, page: engine.page, driverHost: engine.driver_host },
      engine.spark_home === null
        ? options
        : {
            ...options,
            sparkHome: followed(engine.spark_home),
            warmStart: async () => ({ jvmOptions: [], environment: {} }),
          },
    ),
  }));
  const all = [local, ...clusters];
  return { local, all: all.toSorted((a, b) => rank(a) - rank(b)) };

  function rank({ name }: NamedEngine): number {
    return name === config.defaultEngine ? 0 : 1;
  }
}

/** As for the platform's own Spark: what runs keeps its version while another is set up. */
function followed(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
