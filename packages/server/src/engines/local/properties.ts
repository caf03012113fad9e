import { availableParallelism } from 'node:os';
import { pathToFileURL } from 'node:url';
import { engineProperty, type PlatformProperties } from '@emberlab/contract';
import type { DriverSpec, EngineFacts } from '../engine.ts';
import { eventLogProperties } from './event-log.ts';

/** Properties as a file that `java.util.Properties` reads back unchanged: everything but plain ASCII letters is escaped. */
export function formatProperties(properties: Readonly<Record<string, string>>): string {
  return Object.entries(properties)
    .map(([name, value]) => `${escape(name)}=${escape(value)}\n`)
    .join('');
}

const escape = (text: string): string =>
  text.replace(/[^\w.\-/*[\],;@+$%(){}<>?|&^~`'"]/g, (char) =>
    [...Array(char.length).keys()].map((i) => `\\u${char.charCodeAt(i).toString(16).padStart(4, '0')}`).join(''),
  );

/** A word of the options of a JVM, which Spark splits as a shell would. */
export const quoted = (word: string): string =>
  /^[\w.:=+/-]*$/.test(word) ? word : `"${word.replace(/[\\"]/g, '\\$&')}"`;

const umaskProperty = 'spark.hadoop.fs.permissions.umask-mode';
/** What a project's files are made with: its group may change them, others can't read them. */
const projectUmask = '007';

/** The umask of a driver's processes: what Python writes is like what Spark writes. */
export function umaskOf(properties: Readonly<Record<string, string>>): string {
  const mask = properties[umaskProperty]?.trim() ?? projectUmask;
  return /^[0-7]{3,4}$/.test(mask) ? mask : projectUmask;
}

/** Whether the driver runs the tasks too. */
export const isLocal = (master: string): boolean => /^local(\[.*\])?$/.test(master);

/** With a local master the driver runs the tasks too, so its cores are all there are. */
function masterOf(master: string, properties: DriverSpec['properties']): string {
  const cores = properties['spark.driver.cores'];
  return master === 'local[*]' && cores !== undefined ? `local[${cores}]` : master;
}

/** How many cores a driver gets: those of its master where that is local, all of the machine's or a number; else what it asks for itself. */
function coresOf(master: string, properties: DriverSpec['properties']): number {
  const given = masterOf(master, properties);
  if (isLocal(given)) {
    const [, threads = '1'] = /^local\[\s*(\*|\d+)/.exec(given) ?? [];
    return threads === '*' ? availableParallelism() : Number(threads);
  }
  const asked = Number(properties['spark.driver.cores'] ?? 1);
  return Number.isInteger(asked) && asked > 0 ? asked : 1;
}

type LocalSpec = Pick<DriverSpec, 'appName' | 'projectFolder' | 'properties'>;

/** What the platform proposes for a driver on this machine. */
const proposed = ({ projectFolder }: Pick<LocalSpec, 'projectFolder'>): Record<string, string> => ({
  [umaskProperty]: projectUmask,
  'spark.sql.catalogImplementation': 'in-memory',
  'spark.sql.warehouse.dir': pathToFileURL(`${projectFolder}/Resources/warehouse`).href,
  'spark.port.maxRetries': '64',
  // Without it, the page Storage of a finished application would be empty.
  'spark.eventLog.logBlockUpdates.enabled': 'true',
});

/** A cluster that gives executors to drivers on this machine: what it takes beside what other drivers get. */
export type Cluster = {
  /** under which name or address executors reach this machine; the driver's ports are open there, and nowhere else */
  readonly driverHost: string;
  /** what requests win over */
  proposed(properties: DriverSpec['properties']): Record<string, string>;
  /** what wins over requests */
  decided(properties: DriverSpec['properties']): Record<string, string>;
};

type LocalOptions = {
  readonly master: string;
  /** absent: the driver runs its tasks, or has executors on this machine alone */
  readonly cluster?: Cluster | undefined;
  /** a folder of the session's own */
  readonly scratch: string;
  /** where its event log goes; default: there is none */
  readonly eventLogs?: string | null;
  /** what guards its Spark UI; default: nothing */
  readonly ui?: Readonly<Record<string, string>>;
  /** further words for the driver's JVM */
  readonly jvmOptions?: readonly string[];
  /** those of the administrator, as a shell reads them */
  readonly javaOptions?: string | undefined;
};

/** What only the platform may decide. */
function decided(
  spec: LocalSpec,
  { master, cluster, scratch, eventLogs = null, ui = {}, jvmOptions = [], javaOptions = '' }: LocalOptions,
): Record<string, string> {
  return {
    'spark.master': masterOf(master, spec.properties),
    'spark.submit.deployMode': 'client',
    'spark.app.name': spec.appName,
    'spark.driver.host': cluster?.driverHost ?? '127.0.0.1',
    'spark.driver.bindAddress': cluster?.driverHost ?? '127.0.0.1',
    'spark.driver.extraJavaOptions': [`-Djava.io.tmpdir=${scratch}`, '-XX:-UsePerfData', ...jvmOptions]
      .map(quoted)
      .concat(javaOptions)
      .join(' ')
      .trim(),
    // Its ports are open to all users of the machine. With a local master Spark makes the secret itself; another one would have to be told it.
    ...(isLocal(master) ? { 'spark.authenticate': 'true' } : {}),
    'spark.ui.port': '0',
    'spark.ui.showConsoleProgress': 'false',
    // Workers of a little cluster within the driver would ask for the token as well, which those who read their logs don't have.
    ...(isLocal(master) || cluster !== undefined ? ui : {}),
    ...eventLogProperties(eventLogs),
    ...cluster?.decided(spec.properties),
  };
}

/** The properties of a driver on this machine: the platform's defaults, then the request's, then what only the platform may decide. */
export const localProperties = (spec: LocalSpec, options: LocalOptions): Record<string, string> => ({
  ...proposed(spec),
  ...options.cluster?.proposed(spec.properties),
  ...Object.fromEntries(Object.entries(spec.properties).filter(([name]) => name.toLowerCase() !== engineProperty)),
  ...decided(spec, options),
});

/** What can be said of drivers on this machine before one is started. */
export const localFacts = ({
  sparkMaster: master,
  type = 'local',
  cluster,
  eventLogBytes = 0,
}: {
  sparkMaster: string;
  type?: EngineFacts['place']['type'];
  cluster?: Cluster;
  /** as for the engine */
  eventLogBytes?: number;
}): EngineFacts => ({
  place: { type, master, executors: !isLocal(master) },
  coresOf: (properties) => coresOf(master, properties),
  platformProperties({ projectFolder, properties }): PlatformProperties {
    const spec = { appName: 'the name of the notebook', projectFolder, properties };
    return {
      defaults: { ...proposed(spec), ...cluster?.proposed(properties) },
      pinned: {
        ...decided(spec, { master, cluster, scratch: '', eventLogs: eventLogBytes > 0 ? '/' : null }),
        'spark.driver.extraJavaOptions':
          'a folder for temporary files, what makes the start faster, and what the administrator has set',
        ...(eventLogBytes > 0 ? { 'spark.eventLog.dir': 'a folder of the application’s own' } : {}),
      },
    };
  },
});
