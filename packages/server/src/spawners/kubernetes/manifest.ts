import { isAbsolute, join, relative } from 'node:path';
import type { V1NetworkPolicy, V1Pod, V1VolumeMount } from '@kubernetes/client-node';
import type { ServerLimits, ServerOwner } from '../spawner.ts';
import type { KubernetesOptions } from './settings.ts';

/** The port at which a server answers in its Pod. */
export const serverPort = 8888;

/** What a Pod's /tmp may take of its node's disk; one that takes more is evicted, and not its neighbours. */
const tmpSize = '10Gi';

/** What Pods and policies of ours are known by. `platform`: which Emberlab made them; several may share a namespace. */
export const labels = {
  managed: 'app.kubernetes.io/managed-by',
  part: 'app.kubernetes.io/component',
  platform: 'emberlab.io/platform',
  server: 'emberlab.io/server',
  project: 'emberlab.io/project',
  user: 'emberlab.io/user',
} as const;

/** What control and edge are labelled with where they are Pods themselves. */
const ownName = { 'app.kubernetes.io/name': 'emberlab' };

export const podName = (serverId: string): string => `emberlab-${safe(serverId)}`;

/** Chooses the Pods of one Emberlab. */
export const selectorOf = (platform: string): string => `${labels.platform}=${safe(platform)}`;

/** Ids of ours, and names of projects: nothing else of what people write can come here. */
const safe = (word: string): string => {
  if (/^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/.test(word)) return word;
  throw new Error(`${JSON.stringify(word)} can't be part of a manifest`);
};

export type PodOptions = {
  readonly settings: KubernetesOptions;
  /** the id of this Emberlab */
  readonly platform: string;
  readonly owner: ServerOwner;
  readonly limits: ServerLimits;
  /** absolute; everything below lies in it */
  readonly dataDir: string;
  /** written to by the server, absolute */
  readonly writes: readonly string[];
  /** only read by it, absolute: where it lies in the data folder, and where the server looks for it */
  readonly reads: readonly { readonly folder: string; readonly at: string }[];
  /** what it begins with: a script in one of them, absolute */
  readonly script: string;
  /** as whom it runs, by numbers */
  readonly user: number;
  readonly group: number;
};

/**
 * The Pod of a server. Of what people write only the name of the project is in it, as the path of its folder, and only where it is a plain word; variables,
 * files and arguments are in the script.
 */
export function podFor(options: PodOptions): V1Pod {
  const { settings, platform, owner, limits, dataDir, user, group } = options;
  const subPath = (folder: string): string => {
    const path = relative(dataDir, folder);
    if (path === '' || isAbsolute(path)) throw new Error(`${folder} is not in the data folder`);
    for (const word of path.split('/')) safe(word);
    return join(settings.dataPath, path);
  };
  // What is written may lie in what is only read: it is mounted after that.
  const mounts: V1VolumeMount[] = [
    ...options.reads.map(({ folder, at }) => ({
      name: 'data',
      mountPath: at,
      subPath: subPath(folder),
      readOnly: true,
    })),
    ...options.writes.map((folder) => ({ name: 'data', mountPath: folder, subPath: subPath(folder) })),
    { name: 'tmp', mountPath: '/tmp' },
  ];
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: podName(owner.serverId),
      labels: {
        [labels.managed]: 'emberlab',
        [labels.part]: 'jupyter-server',
        [labels.platform]: safe(platform),
        [labels.server]: safe(owner.serverId),
        [labels.project]: safe(owner.projectId),
        [labels.user]: safe(owner.userId),
      },
    },
    spec: {
      // One that has ended stays so until somebody has read why.
      restartPolicy: 'Never',
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      terminationGracePeriodSeconds: 5,
      ...(settings.serviceAccount === null ? {} : { serviceAccountName: settings.serviceAccount }),
      ...(settings.imagePullSecrets.length === 0
        ? {}
        : { imagePullSecrets: settings.imagePullSecrets.map((name) => ({ name })) }),
      ...(Object.keys(settings.nodeSelector).length === 0 ? {} : { nodeSelector: { ...settings.nodeSelector } }),
      securityContext: {
        runAsUser: user,
        runAsGroup: group,
        runAsNonRoot: user !== 0,
        seccompProfile: { type: 'RuntimeDefault' },
      },
      containers: [
        {
          name: 'jupyter',
          image: settings.image,
          command: ['/bin/sh', options.script],
          ports: [{ name: 'http', containerPort: serverPort }],
          resources: resourcesOf(limits),
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
          terminationMessagePolicy: 'FallbackToLogsOnError',
          volumeMounts: mounts,
        },
      ],
      volumes: [
        { name: 'data', persistentVolumeClaim: { claimName: settings.dataClaim } },
        { name: 'tmp', emptyDir: { sizeLimit: tmpSize } },
      ],
    },
  };
}

/** A server gets what it may take: memory for sure, and of cores a tenth, which it shares when it does nothing. */
function resourcesOf({ memoryMb, cores }: ServerLimits) {
  const limits: Record<string, string> = {};
  const requests: Record<string, string> = {};
  if (memoryMb !== null) limits['memory'] = requests['memory'] = `${memoryMb}Mi`;
  if (cores !== null) {
    limits['cpu'] = `${Math.round(cores * 1000)}m`;
    requests['cpu'] = `${Math.max(10, Math.round(cores * 100))}m`;
  }
  return { limits, requests };
}

const policyName = (platform: string): string => `emberlab-servers-${safe(platform)}`;

/** Who may connect to servers: the platform, at their port; no other server and no other Pod. */
export function policyFor(settings: KubernetesOptions, platform: string): V1NetworkPolicy {
  const from =
    settings.allowedFrom.length === 0
      ? [{ podSelector: { matchLabels: ownName } }]
      : settings.allowedFrom.map((cidr) => ({ ipBlock: { cidr } }));
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: {
      name: policyName(platform),
      labels: { [labels.managed]: 'emberlab', [labels.platform]: safe(platform) },
    },
    spec: {
      podSelector: { matchLabels: { [labels.platform]: safe(platform) } },
      policyTypes: ['Ingress'],
      ingress: [{ _from: from, ports: [{ protocol: 'TCP', port: serverPort }] }],
    },
  };
}
