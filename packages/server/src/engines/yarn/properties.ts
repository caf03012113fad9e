import { engineProperty, propertyList, type PlatformProperties } from '@emberlab/contract';
import type { BatchSpec, DriverSpec, EngineFacts } from '../engine.ts';
import { eventLogPropertiesAt } from '../local/event-log.ts';
import type { ApplicationPython } from './environments.ts';
import type { Archived, ArchivesOfR } from './answers.ts';
import { throughYarn } from './launch-script.ts';

export type YarnPlaces = {
  /** queues that applications may be in, the first for those that name none */
  readonly queues: readonly [string, ...string[]];
  /** Spark on the cluster's machines, a folder; null: its jars come from `archive`, or with each application */
  readonly sparkOnNodes: string | null;
  /** an archive of Spark's jars on the cluster's file system; null: there is none */
  readonly archive: string | null;
  /** whether the environments of projects are brought there as archives; else they are there under the same path */
  readonly packed: boolean;
  /** the Python on the cluster's machines; null: that of the environments */
  readonly python: string | null;
  /** who may look at applications and end them, whoever they run as; absent or null: whose they are */
  readonly seenBy?: string | null;
};

/** What an application has on the cluster. */
export type Surroundings = {
  /** by which YARN knows it */
  readonly tag: string;
  readonly python: ApplicationPython;
  /** R and SparkR that go along; absent: nothing does */
  readonly r?: ArchivesOfR;
  /** the archive of Spark's jars that was brought there; null: the settings say where Spark is */
  readonly spark: Archived | null;
  /** the folder of its event logs; null: it writes none */
  readonly events: string | null;
};

/** What the agent's start needs beside its program. */
export type AgentFiles = { readonly package: string; readonly settings: string };

const proposed: Record<string, string> = {
  'spark.sql.catalogImplementation': 'in-memory',
  'spark.port.maxRetries': '64',
};

/** Spark waits for executors before a driver's program begins; a notebook's first statement is there to wait for them. */
const proposedForSessions: Record<string, string> = { 'spark.scheduler.minRegisteredResourcesRatio': '0' };

/** The queue of an application. */
export const queueOf = (places: YarnPlaces, properties: DriverSpec['properties']): string =>
  properties['spark.yarn.queue']?.trim() || places.queues[0];

/** What wins over requests, whatever is started. */
function decided(places: YarnPlaces, { appName, python }: { appName: string; python: string }): Record<string, string> {
  return {
    'spark.master': 'yarn',
    'spark.submit.deployMode': 'cluster',
    'spark.app.name': appName,
    // A second try would be another driver, which has nothing of what the first one had.
    'spark.yarn.maxAppAttempts': '1',
    'spark.yarn.appMasterEnv.PYSPARK_PYTHON': python,
    // Spark takes it from where spark-submit runs otherwise.
    'spark.yarn.appMasterEnv.PYSPARK_DRIVER_PYTHON': python,
    'spark.executorEnv.PYSPARK_PYTHON': python,
    // Whoever reaches a driver's ports would be taken for one of its executors. YARN hands the secret to those that are.
    'spark.authenticate': 'true',
    'spark.network.crypto.enabled': 'true',
    'spark.ui.showConsoleProgress': 'false',
    ...(places.sparkOnNodes === null ? {} : { 'spark.yarn.jars': `local:${places.sparkOnNodes}/jars/*` }),
    ...(places.archive === null ? {} : { 'spark.yarn.archive': places.archive }),
  };
}

/** As a driver and Spark's R workers find R in their containers. */
const ofPackedR: Record<string, string> = {
  'spark.yarn.appMasterEnv.SPARKR_DRIVER_R': './emberlab-r/bin/R',
  'spark.r.command': './emberlab-r/bin/Rscript',
};

/** What a property lists, with one thing more. */
const withMore = (properties: DriverSpec['properties'], name: string, more: string): Record<string, string> => ({
  [name]: [...propertyList(properties[name] ?? ''), more].join(','),
});

/** The properties of an application on YARN: the platform's defaults, then the request's, then what only the platform may decide. */
function yarnProperties(
  { appName, properties }: Pick<DriverSpec, 'appName' | 'properties'>,
  places: YarnPlaces,
  { python: { python, archive, tag: ofPython }, r, spark, events, tag }: Surroundings,
): Record<string, string> {
  const archives = [
    archive,
    r?.sparkr === undefined || r.sparkr === null ? null : `${r.sparkr.archive}#sparkr`,
    r?.r === undefined || r.r === null ? null : `${r.r.archive}#emberlab-r`,
  ].filter((one) => one !== null);
  return {
    ...proposed,
    ...Object.fromEntries(Object.entries(properties).filter(([name]) => name.toLowerCase() !== engineProperty)),
    ...decided(places, { appName, python }),
    'spark.yarn.queue': queueOf(places, properties),
    ...(spark === null ? {} : { 'spark.yarn.archive': spark.archive }),
    'spark.yarn.tags': [tag, ofPython, spark?.tag, r?.sparkr?.tag, r?.r?.tag]
      .filter((one) => typeof one === 'string')
      .join(','),
    ...eventLogPropertiesAt(events),
    ...(typeof places.seenBy === 'string'
      ? {
          ...withMore(properties, 'spark.ui.view.acls', places.seenBy),
          ...withMore(properties, 'spark.modify.acls', places.seenBy),
        }
      : {}),
    ...(archives.length === 0 ? {} : withMore(properties, 'spark.yarn.dist.archives', archives.join(','))),
    ...(typeof r?.sparkr?.archive === 'string' ? { 'spark.yarn.appMasterEnv.EMBERLAB_SPARKR': './sparkr' } : {}),
    ...(typeof r?.r?.archive === 'string' ? ofPackedR : {}),
    // spark-submit is done once YARN has the application: it lives there, whatever becomes of us.
    'spark.yarn.submit.waitAppCompletion': 'false',
  };
}

/** Those of a session's driver, the agent. */
export function sessionProperties(
  spec: Pick<DriverSpec, 'appName' | 'properties'>,
  places: YarnPlaces,
  around: Surroundings,
  agent: AgentFiles,
): Record<string, string> {
  return {
    ...proposedForSessions,
    ...yarnProperties(spec, places, around),
    ...withMore(spec.properties, 'spark.submit.pyFiles', agent.package),
    ...withMore(spec.properties, 'spark.files', agent.settings),
  };
}

/** Those of a batch. */
export const batchProperties = (
  spec: Pick<BatchSpec, 'appName' | 'environment' | 'properties'>,
  places: YarnPlaces,
  around: Surroundings,
): Record<string, string> => ({
  ...Object.fromEntries(
    Object.entries(spec.environment ?? {}).map(([name, value]) => [
      `spark.yarn.appMasterEnv.${name}`,
      throughYarn(value, 'nothing'),
    ]),
  ),
  ...yarnProperties(spec, places, around),
});

/** What can be said of drivers on YARN before one is started. */
export const yarnFacts = (places: YarnPlaces, options: { eventLogs: boolean }): EngineFacts => ({
  place: { type: 'yarn', master: 'yarn', executors: true },
  coresOf(properties) {
    const asked = Number(properties['spark.driver.cores'] ?? 1);
    return Number.isInteger(asked) && asked > 0 ? asked : 1;
  },
  platformProperties: (): PlatformProperties => ({
    defaults: { ...proposed, ...proposedForSessions, 'spark.yarn.queue': places.queues[0] },
    pinned: {
      ...decided(places, { appName: 'the name of the notebook', python: 'the Python of the project' }),
      ...eventLogPropertiesAt(
        options.eventLogs ? 'a folder of the application’s own on the cluster’s file system' : null,
      ),
      ...(places.sparkOnNodes === null && places.archive === null
        ? { 'spark.yarn.archive': 'the archive of Spark’s jars that Emberlab has brought to the cluster’s file system' }
        : {}),
      'spark.yarn.tags': 'words by which Emberlab finds the application again',
    },
  }),
});
