import { pathToFileURL } from 'node:url';
import { engineProperty, type PlatformProperties } from '@emberlab/contract';
import type { DriverSpec, EngineFacts } from '../engine.ts';
import { eventLogProperties } from '../local/event-log.ts';
import { megabytesOf, numberOf } from '../sizes.ts';
import type { ProjectPlaces } from './settings.ts';

/** Where Kubernetes puts what a Pod speaks to it with. */
const account = '/var/run/secrets/kubernetes.io/serviceaccount';
/** In its own cluster. */
const apiServer = 'https://kubernetes.default.svc';

/** What of Kubernetes members may say: sizes, and nothing else of a Pod. */
const allowed = new Set([
  'spark.kubernetes.memoryoverheadfactor',
  'spark.kubernetes.executor.request.cores',
  'spark.kubernetes.executor.limit.cores',
]);

/** What Python takes beside the JVM, as a part of that, and at least so many MB: as Spark has it for Pods. */
const overhead = { factor: 0.4, leastMb: 384 };

const proposed = (projectFolder: string): Record<string, string> => ({
  'spark.hadoop.fs.permissions.umask-mode': '007',
  'spark.sql.catalogImplementation': 'in-memory',
  'spark.sql.warehouse.dir': pathToFileURL(`${projectFolder}/Resources/warehouse`).href,
  'spark.executor.memoryOverheadFactor': String(overhead.factor),
  // A session is there when its driver is, and its statements wait for executors; one that the cluster has no room for now may have some in a moment.
  'spark.scheduler.minRegisteredResourcesRatio': '0',
  'spark.executor.maxNumFailures': '600',
  // Pods that have gone leave no service behind that would keep their files.
  'spark.dynamicAllocation.shuffleTracking.enabled': 'true',
  'spark.eventLog.logBlockUpdates.enabled': 'true',
});

export type DriverPlaces = {
  readonly places: ProjectPlaces;
  /** the driver's own Pod */
  readonly pod: string;
  /** the template of its executors, and the file with the secret that they share with it */
  readonly template: string;
  readonly secret: string;
  /** null: there is no event log */
  readonly eventLogs: string | null;
  readonly javaOptions: string | undefined;
};

/** What only the platform may decide. */
function decided(appName: string, driver: DriverPlaces): Record<string, string> {
  const { places } = driver;
  return {
    'spark.master': `k8s://${apiServer}`,
    // Its Pod is there already.
    'spark.submit.deployMode': 'client',
    'spark.app.name': appName,
    'spark.kubernetes.namespace': places.namespace,
    'spark.kubernetes.container.image': places.image,
    'spark.kubernetes.container.image.pullPolicy': 'IfNotPresent',
    // Executors belong to this Pod, and go with it.
    'spark.kubernetes.driver.pod.name': driver.pod,
    'spark.kubernetes.executor.podTemplateFile': driver.template,
    'spark.kubernetes.executor.podTemplateContainerName': 'executor',
    'spark.kubernetes.executor.disableConfigMap': 'true',
    'spark.kubernetes.authenticate.oauthTokenFile': `${account}/token`,
    'spark.kubernetes.authenticate.caCertFile': `${account}/ca.crt`,
    // Spark would put the secret into the environment of Pods otherwise, where the cluster shows it.
    'spark.authenticate': 'true',
    'spark.authenticate.secret.file': driver.secret,
    'spark.network.crypto.enabled': 'true',
    'spark.driver.extraJavaOptions': ['-Djava.io.tmpdir=/tmp', '-XX:-UsePerfData', driver.javaOptions ?? '']
      .join(' ')
      .trim(),
    'spark.ui.port': '0',
    'spark.ui.showConsoleProgress': 'false',
    ...eventLogProperties(driver.eventLogs),
  };
}

/** The properties of a driver in a Pod: the platform's defaults, then the request's, then what only the platform may decide. */
export const kubernetesProperties = (
  spec: Pick<DriverSpec, 'appName' | 'projectFolder' | 'properties'>,
  driver: DriverPlaces,
): Record<string, string> => ({
  ...proposed(spec.projectFolder),
  // Spark asks for the one of Pods only where there is none of executors.
  ...(spec.properties['spark.kubernetes.memoryOverheadFactor'] === undefined
    ? {}
    : { 'spark.executor.memoryOverheadFactor': spec.properties['spark.kubernetes.memoryOverheadFactor'] }),
  ...Object.fromEntries(
    Object.entries(spec.properties).filter(([written]) => {
      const name = written.toLowerCase();
      return name !== engineProperty && (!name.startsWith('spark.kubernetes.') || allowed.has(name));
    }),
  ),
  ...decided(spec.appName, driver),
});

const bytesInMb = 1024 ** 2;

/** What Spark takes off the heap, MB: a number alone is in bytes. */
const offHeapOf = (properties: DriverSpec['properties']): number => {
  const size = properties['spark.memory.offHeap.size'] ?? '0';
  const isOn = properties['spark.memory.offHeap.enabled']?.trim().toLowerCase() === 'true';
  if (!isOn) return 0;
  return /^\s*\d+\s*$/.test(size) ? Math.ceil(Number(size) / bytesInMb) : megabytesOf(size, 0);
};

/** What a Pod has beside heap and off-heap memory, MB, as Spark counts it. */
function besideHeap(properties: DriverSpec['properties'], part: 'driver' | 'executor'): number {
  const heap = megabytesOf(properties[`spark.${part}.memory`], 1024);
  const written =
    properties[`spark.${part}.memoryOverheadFactor`] ?? properties['spark.kubernetes.memoryOverheadFactor'];
  const factor = Number(written ?? overhead.factor);
  const least = megabytesOf(properties[`spark.${part}.minMemoryOverhead`], overhead.leastMb);
  const share = Number.isFinite(factor) && factor >= 0 ? factor : overhead.factor;
  const python = part === 'executor' ? megabytesOf(properties['spark.executor.pyspark.memory'], 0) : 0;
  return megabytesOf(properties[`spark.${part}.memoryOverhead`], Math.max(least, Math.ceil(heap * share))) + python;
}

/** What a driver's Pod may take: its JVM with what Python needs beside that. */
export function sizeOf(properties: DriverSpec['properties']): { memoryMb: number; cores: number } {
  const heap = megabytesOf(properties['spark.driver.memory'], 1024);
  return {
    memoryMb: heap + offHeapOf(properties) + besideHeap(properties, 'driver'),
    cores: numberOf(properties['spark.driver.cores'], 1),
  };
}

/** What can be said of drivers in Pods before one is started. */
export const kubernetesFacts = (
  places: (project: string) => ProjectPlaces,
  { eventLogBytes }: { eventLogBytes: number },
): EngineFacts => ({
  place: { type: 'kubernetes', master: `k8s, namespace ${places('{project}').namespace}`, executors: true },
  coresOf: (properties) => sizeOf(properties).cores,
  besideHeapOf: (properties) => ({
    driver: besideHeap(properties, 'driver') * bytesInMb,
    executor: besideHeap(properties, 'executor') * bytesInMb,
  }),
  platformProperties: ({ projectFolder }): PlatformProperties => ({
    defaults: proposed(projectFolder),
    pinned: {
      ...decided('the name of the notebook', {
        places: places(projectFolder.split('/').at(-1) ?? ''),
        pod: 'the Pod of the driver',
        template: 'a Pod as Emberlab describes it',
        secret: 'a file of the session’s own',
        eventLogs: eventLogBytes > 0 ? '/' : null,
        javaOptions: undefined,
      }),
      'spark.driver.extraJavaOptions': 'a folder for temporary files, and what the administrator has set',
      ...(eventLogBytes > 0 ? { 'spark.eventLog.dir': 'a folder of the application’s own' } : {}),
    },
  }),
});
