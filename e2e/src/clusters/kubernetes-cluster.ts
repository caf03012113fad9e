import { createTestNamespace } from '../../../packages/server/src/testing/kubernetes-namespace.ts';
import { nodeNet, sparkImageName, startNode } from '../../../packages/server/src/testing/minikubernetes.ts';
import type { Cluster } from './cluster.ts';

/** A Kubernetes with a node on this machine, in whose Pods drivers and executors run, with the platform's data folder in them. */
export async function kubernetes({ data, port }: { data: string; port: number }): Promise<Cluster> {
  const stack = new AsyncDisposableStack();
  try {
    const { kubeconfig } = stack.use(await startNode());
    const space = stack.use(await createTestNamespace(kubeconfig, data));
    const { api, namespace } = space;
    const names = async () => (await space.pods()).map(({ metadata }) => metadata?.name ?? '');
    return {
      engine: {
        type: 'kubernetes',
        kubeconfig,
        namespace,
        image: sparkImageName,
        data_claim: 'data',
        agent_url: `ws://${nodeNet}.0.1:${port}`,
      },
      // Pods reach the machine at an address of its own.
      settings: { EMBERLAB_HOST: '0.0.0.0' },
      master: /^master k8s:/m,
      running: names,
      async killDriver() {
        const drivers = (await space.pods()).filter(
          ({ metadata }) => metadata?.labels?.['emberlab.io/driver'] === metadata?.name,
        );
        if (drivers.length !== 1) throw new Error(`${drivers.length} drivers run`);
        const name = drivers[0]?.metadata?.name ?? '';
        await api.deleteNamespacedPod({ namespace, name, gracePeriodSeconds: 0 });
      },
      [Symbol.asyncDispose]: () => stack.disposeAsync(),
    };
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}
