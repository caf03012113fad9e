import type { V1NetworkPolicy, V1Pod } from '@kubernetes/client-node';
import { mountsOf, volumesOf, type Mounted } from '../../kubernetes/data-volume.ts';
import { labels, safe, selectorFor } from '../../kubernetes/words.ts';
import type { Profile } from '../profile.ts';
import type { ServerLimits, ServerOwner } from '../spawner.ts';
import type { KubernetesOptions } from './settings.ts';

/** The port at which a server answers in its Pod. */
export const serverPort = 8888;

/** What control and edge are labelled with where they are Pods themselves. */
const ownName = { 'app.kubernetes.io/name': 'emberlab' };

export const podName = (serverId: string): string => `emberlab-${safe(serverId)}`;

/** Chooses the Pods of one Emberlab. */
export const selectorOf = (platform: string): string => selectorFor(labels.platform, platform);

export type PodOptions = Mounted & {
  readonly settings: KubernetesOptions;
  /** the id of this Emberlab */
  readonly platform: string;
  readonly owner: ServerOwner;
  readonly limits: ServerLimits;
  /** null: it runs in what the settings have for all */
  readonly profile: Pick<Profile, 'name' | 'image' | 'nodeSelector' | 'tolerations'> | null;
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
  const { settings, platform, owner, limits, profile, user, group } = options;
  const nodeSelector = { ...settings.nodeSelector, ...profile?.nodeSelector };
  const tolerations = (profile?.tolerations ?? []).map((one) => ({ ...one }));
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
        ...(profile === null ? {} : { [labels.profile]: safe(profile.name) }),
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
      ...(Object.keys(nodeSelector).length === 0 ? {} : { nodeSelector }),
      ...(tolerations.length === 0 ? {} : { tolerations }),
      securityContext: {
        runAsUser: user,
        runAsGroup: group,
        runAsNonRoot: user !== 0,
        seccompProfile: { type: 'RuntimeDefault' },
      },
      containers: [
        {
          name: 'jupyter',
          image: profile?.image ?? settings.image,
          command: ['/bin/sh', options.script],
          ports: [{ name: 'http', containerPort: serverPort }],
          resources: resourcesOf(limits),
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
          terminationMessagePolicy: 'FallbackToLogsOnError',
          volumeMounts: mountsOf(options, settings),
        },
      ],
      volumes: volumesOf(settings),
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
