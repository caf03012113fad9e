import type { V1Pod, V1PodSpec } from '@kubernetes/client-node';
import type { Owner } from '../../identities/identities.ts';
import { mountsOf, volumesOf, type Mounted } from '../../kubernetes/data-volume.ts';
import { labels, safe } from '../../kubernetes/words.ts';
import { withTemplate, type PodTemplate } from './pod-template.ts';
import { executorScript } from './script.ts';
import type { ProjectPlaces } from './settings.ts';

export const driverPart = 'spark-driver';

/** How long a driver or an executor may take to end by itself, s. */
const graceSeconds = 5;

export type PodOptions = {
  readonly places: ProjectPlaces;
  /** the id of this Emberlab */
  readonly platform: string;
  /** what it runs */
  readonly work: { readonly kind: 'session' | 'batch'; readonly id: number };
  readonly owner: Owner;
  /** the driver's Pod */
  readonly name: string;
  readonly mounted: Mounted;
  /** as whom it runs, by numbers */
  readonly user: number;
  readonly group: number;
  /** what an administrator adds; null: nothing */
  readonly template: PodTemplate | null;
};

const labelsOf = ({ platform, work, owner, name }: PodOptions, part: string): Record<string, string> => ({
  [labels.managed]: 'emberlab',
  [labels.part]: part,
  [labels.platform]: safe(platform),
  [labels[work.kind]]: safe(String(work.id)),
  [labels.driver]: safe(name),
  [labels.project]: safe(owner.projectId),
  [labels.user]: safe(owner.userId),
});

/** What all Pods of a session have; the container is the caller's. */
const specOf = ({ places, user, group }: PodOptions): Omit<V1PodSpec, 'containers'> => ({
  restartPolicy: 'Never',
  enableServiceLinks: false,
  terminationGracePeriodSeconds: graceSeconds,
  ...(places.imagePullSecrets.length === 0
    ? {}
    : { imagePullSecrets: places.imagePullSecrets.map((name) => ({ name })) }),
  ...(Object.keys(places.nodeSelector).length === 0 ? {} : { nodeSelector: { ...places.nodeSelector } }),
  securityContext: {
    runAsUser: user,
    runAsGroup: group,
    runAsNonRoot: user !== 0,
    seccompProfile: { type: 'RuntimeDefault' },
  },
  volumes: volumesOf(places),
});

const withAdded = ({ template }: PodOptions, pod: V1Pod): V1Pod =>
  template === null ? pod : withTemplate(pod, template);

const containerSecurity = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } };

/** The Pod of a driver. Of what people write only the name of the project is in it, as the path of its folder; the rest is in files of the session's or batch's folder. */
export function driverPod(
  options: PodOptions,
  { script, size }: { script: string; size: { memoryMb: number; cores: number } },
): V1Pod {
  const { places } = options;
  const memory = `${size.memoryMb}Mi`;
  return withAdded(options, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: options.name, labels: labelsOf(options, driverPart) },
    spec: {
      ...specOf(options),
      serviceAccountName: places.serviceAccount,
      // It asks for its executors itself.
      automountServiceAccountToken: true,
      containers: [
        {
          name: 'driver',
          image: places.image,
          command: ['/bin/sh', script],
          env: [{ name: 'EMBERLAB_POD_IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } }],
          // One that waits for its member takes no core: it gets a tenth for sure, and what it may take when it works.
          resources: {
            limits: { memory, cpu: `${size.cores * 1000}m` },
            requests: { memory, cpu: `${size.cores * 100}m` },
          },
          securityContext: containerSecurity,
          terminationMessagePolicy: 'FallbackToLogsOnError',
          volumeMounts: mountsOf(options.mounted, places),
        },
      ],
    },
  });
}

/** What Spark makes the Pods of executors from: it adds their names, sizes and variables. `logs`: the folder that they write theirs to. */
export const executorTemplate = (options: PodOptions & { readonly logs: string }): V1Pod =>
  withAdded(options, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { labels: labelsOf(options, 'spark-executor') },
    spec: {
      ...specOf(options),
      automountServiceAccountToken: false,
      containers: [
        {
          name: 'executor',
          image: options.places.image,
          command: ['/bin/sh', '-c', executorScript],
          env: [
            { name: 'SPARK_HOME', value: options.places.sparkInImage },
            { name: 'EMBERLAB_EXECUTOR_LOGS', value: options.logs },
          ],
          securityContext: containerSecurity,
          volumeMounts: mountsOf(options.mounted, options.places),
        },
      ],
    },
  });
