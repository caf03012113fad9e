import type { CoreV1Api, NetworkingV1Api, V1NetworkPolicy, V1Pod } from '@kubernetes/client-node';
import type { KubernetesOptions } from './settings.ts';

/** How long the cluster may take to answer, ms. */
const answerMs = 10_000;

const codeOf = (error: unknown): number | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'number' ? error.code : undefined;

const nullIfNone = (error: unknown): null => {
  if (codeOf(error) === 404) return null;
  throw error;
};

/** What of a cluster is used: Pods of one Emberlab and their policy, in one namespace. Every call throws what the API server, or the way to it, said. */
export type Cluster = {
  list(selector: string): Promise<V1Pod[]>;
  get(name: string): Promise<V1Pod | null>;
  create(pod: V1Pod): Promise<V1Pod>;
  /** Asks for its end; fine where there is none. */
  delete(name: string, graceSeconds: number): Promise<void>;
  /** Makes a policy, or makes it what it should be. */
  apply(policy: V1NetworkPolicy): Promise<void>;
};

/** Reaches the cluster of a kubeconfig, or the one that we are a Pod of. Nothing is asked yet; throws where the kubeconfig can't be read. */
export async function openCluster({
  namespace,
  kubeconfig,
}: Pick<KubernetesOptions, 'namespace' | 'kubeconfig'>): Promise<Cluster> {
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
    get: (name) => inTime(() => pods.readNamespacedPod({ namespace, name })).catch(nullIfNone),
    create: (body) => inTime(() => pods.createNamespacedPod({ namespace, body })),
    async delete(name, gracePeriodSeconds) {
      await inTime(() => pods.deleteNamespacedPod({ namespace, name, gracePeriodSeconds })).catch(nullIfNone);
    },
    async apply(body) {
      const name = body.metadata?.name ?? '';
      const there = await inTime(() => policies.readNamespacedNetworkPolicy({ namespace, name })).catch(nullIfNone);
      if (there === null) await inTime(() => policies.createNamespacedNetworkPolicy({ namespace, body }));
      else await inTime(() => policies.replaceNamespacedNetworkPolicy({ namespace, name, body }));
    },
  };
}
