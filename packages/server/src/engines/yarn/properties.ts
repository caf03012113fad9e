import { engineProperty, propertyList, type PlatformProperties } from '@emberlab/contract';
import type { DriverSpec, EngineFacts } from '../engine.ts';

export type YarnPlaces = {
  /** queues that applications may be in, the first for those that name none */
  readonly queues: readonly [string, ...string[]];
  /** Spark on the cluster's machines, a folder; null: its jars come from `archive`, or with each application */
  readonly sparkOnNodes: string | null;
  /** an archive of Spark's jars on the cluster's file system; null: there is none */
  readonly archive: string | null;
  /** the Python on the cluster's machines; null: the project's, at the same path */
  readonly python: string | null;
};

/** What the agent's start needs beside its program, and by which name YARN knows it. */
export type AgentFiles = { readonly package: string; readonly settings: string; readonly tag: string };

const proposed: Record<string, string> = {
  'spark.sql.catalogImplementation': 'in-memory',
  'spark.port.maxRetries': '64',
};

/** The queue of an application. */
export const queueOf = (places: YarnPlaces, properties: DriverSpec['properties']): string =>
  properties['spark.yarn.queue']?.trim() || places.queues[0];

/** What wins over requests, whatever is started. */
function decided(places: YarnPlaces, spec: { appName: string; python: string }): Record<string, string> {
  const python = places.python ?? spec.python;
  return {
    'spark.master': 'yarn',
    'spark.submit.deployMode': 'cluster',
    'spark.app.name': spec.appName,
    // A second try would be another driver, which has nothing of what the first one had.
    'spark.yarn.maxAppAttempts': '1',
    'spark.yarn.appMasterEnv.PYSPARK_PYTHON': python,
    'spark.executorEnv.PYSPARK_PYTHON': python,
    // Whoever reaches a driver's ports would be taken for one of its executors. YARN hands the secret to those that are.
    'spark.authenticate': 'true',
    'spark.network.crypto.enabled': 'true',
    'spark.ui.showConsoleProgress': 'false',
    'spark.eventLog.enabled': 'false',
    ...(places.sparkOnNodes === null ? {} : { 'spark.yarn.jars': `local:${places.sparkOnNodes}/jars/*` }),
    ...(places.archive === null ? {} : { 'spark.yarn.archive': places.archive }),
  };
}

/** The properties of a driver on YARN: the platform's defaults, then the request's, then what only the platform may decide. */
export function yarnProperties(
  spec: Pick<DriverSpec, 'appName' | 'python' | 'properties'>,
  places: YarnPlaces,
  agent: AgentFiles,
): Record<string, string> {
  const { properties } = spec;
  const with_ = (name: string, path: string) => [...propertyList(properties[name] ?? ''), path].join(',');
  return {
    ...proposed,
    ...Object.fromEntries(Object.entries(properties).filter(([name]) => name.toLowerCase() !== engineProperty)),
    ...decided(places, spec),
    'spark.yarn.queue': queueOf(places, properties),
    'spark.yarn.tags': agent.tag,
    // spark-submit is done once YARN has the application: it lives there, whatever becomes of us.
    'spark.yarn.submit.waitAppCompletion': 'false',
    'spark.submit.pyFiles': with_('spark.submit.pyFiles', agent.package),
    'spark.files': with_('spark.files', agent.settings),
  };
}

/** What can be said of drivers on YARN before one is started. */
export const yarnFacts = (places: YarnPlaces): EngineFacts => ({
  place: { type: 'yarn', master: 'yarn', executors: true },
  coresOf(properties) {
    const asked = Number(properties['spark.driver.cores'] ?? 1);
    return Number.isInteger(asked) && asked > 0 ? asked : 1;
  },
  platformProperties: (): PlatformProperties => ({
    defaults: { ...proposed, 'spark.yarn.queue': places.queues[0] },
    pinned: {
      ...decided(places, { appName: 'the name of the notebook', python: 'the Python of the project' }),
      'spark.yarn.tags': 'a word by which Emberlab finds the application again',
    },
  }),
});
