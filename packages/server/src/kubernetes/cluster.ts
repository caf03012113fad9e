import type { Duplex } from 'node:stream';
import type {
  CoreV1Api,
  NetworkingV1Api,
  V1NetworkPolicy,
  V1Node,
  V1Pod,
  V1ResourceQuota,
} from '@kubernetes/client-node';
import { forwardPort, openSocket } from './port-forward.ts';

/** How long the cluster may take to answer, ms. */
const answerMs = 10_000;

/** With which code the API server has refused something; undefined: it was not that. */
export const codeOf = (error: unknown): number | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'number' ? error.code : undefined;

const nullIfNone = (error: unknown): null => {
  if (codeOf(error) === 404) return null;
  throw error;
};

/** Which cluster, and where in it: everything here is an administrator's. */
export type ClusterPlace = {
  readonly namespace: string;
  /** a kubeconfig to reach the cluster with; null: as a Pod of it, with its service account */
  readonly kubeconfig: string | null;
};

/** What of a cluster is used, in one namespace but for `nodes` and `everywhere`. Every call throws what the API server, or the way to it, said. */
export type Cluster = {
  list(selector: string): Promise<V1Pod[]>;
  get(name: string): Promise<V1Pod | null>;
  create(pod: V1Pod): Promise<V1Pod>;
  /** Asks for its end; fine where there is none. */
  delete(name: string, graceSeconds: number): Promise<void>;
  /** Makes a policy, or makes it what it should be. */
  apply(policy: V1NetworkPolicy): Promise<void>;
  quotas(): Promise<V1ResourceQuota[]>;
  nodes(): Promise<V1Node[]>;
  /** The Pods of all namespaces that have not ended. */
  everywhere(): Promise<V1Pod[]>;
  /** A connection to a port of a Pod's own, which listens on its loopback address. What keeps it from being made comes as its error. */
  connect(pod: string, port: number): Duplex;
};

/** Reaches the cluster of a kubeconfig, or the one that we are a Pod of. Nothing is asked yet; throws where the kubeconfig can't be read. */
export async function openCluster({ namespace, kubeconfig }: ClusterPlace): Promise<Cluster> {
  // Large, and of no use to platforms without it.
  const { CoreV1Api: Core, NetworkingV1Api: Networking, KubeConfig } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  if (kubeconfig === null) config.loadFromCluster();
  else config.loadFromFile(kubeconfig);
  const pods: CoreV1Api = config.makeApiClient(Core);
  const policies: NetworkingV1Api = config.makeApiClient(Networking);
  const inTime = <T>(call: () => Promise<T>): Promise<T> => {
    const { promise, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => reject(new Error(`no answer within ${answerMs / 1000} seconds`)), answerMs);
    return Promise.race([call(), promise]).finally(() => clearTimeout(timer));
  };
  return {
    list: async (labelSelector) => (await inTime(() => pods.listNamespacedPod({ namespace, labelSelector }))).items,
    quotas: async () => (await inTime(() => pods.listNamespacedResourceQuota({ namespace }))).items,
    nodes: async () => (await inTime(() => pods.listNode())).items,
    everywhere: async () =>
      (
        await inTime(() =>
          pods.listPodForAllNamespaces({ fieldSelector: 'status.phase!=Succeeded,status.phase!=Failed' }),
        )
      ).items,
    get: (name) => inTime(() => pods.readNamespacedPod({ namespace, name })).catch(nullIfNone),
    create: (body) => inTime(() => pods.createNamespacedPod({ namespace, body })),
    async delete(name, gracePeriodSeconds) {
      await inTime(() => pods.deleteNamespacedPod({ namespace, name, gracePeriodSeconds })).catch(nullIfNone);
    },
    connect(pod, port) {
      const path = `/api/v1/namespaces/${namespace}/pods/${encodeURIComponent(pod)}/portforward?ports=${port}`;
      return forwardPort(() => openSocket(config, path));
    },
    async apply(body) {
      const name = body.metadata?.name ?? '';
      const there = await inTime(() => policies.readNamespacedNetworkPolicy({ namespace, name })).catch(nullIfNone);
      if (there === null) await inTime(() => policies.createNamespacedNetworkPolicy({ namespace, body }));
      else await inTime(() => policies.replaceNamespacedNetworkPolicy({ namespace, name, body }));
    },
  };
}
