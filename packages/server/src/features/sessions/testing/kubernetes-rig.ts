import { expect } from 'vitest';
import type { NamedEngine } from '../../../engines/engine.ts';
import { createKubernetesEngine, type KubernetesEngineOptions } from '../../../engines/kubernetes/engine.ts';
import { createTestNamespace } from '../../../testing/kubernetes-namespace.ts';
import { nodeNet, sparkImageName, type TestKubernetes } from '../../../testing/minikubernetes.ts';
import { passOn } from './pass-on.ts';
import { createRealRig, realOptions } from './real-rig.ts';

export const patient = { timeout: 180_000, interval: 100 };

/** A platform whose one engine is that cluster; the edge's part is played by what passes connections on. */
export async function createKubernetesRig(cluster: TestKubernetes, settings: Partial<KubernetesEngineOptions> = {}) {
  const stack = new AsyncDisposableStack();
  const front = stack.use(await passOn(`${nodeNet}.0.1`));
  const place: { namespace: string } = { namespace: '' };
  const engines: NamedEngine[] = [];
  const rig = stack.use(
    await createRealRig({
      engines: (folder) => {
        front.lead(`${folder}/run/agent.sock`);
        const made = createKubernetesEngine(
          {
            namespace: '{project}',
            // Known once there is a data folder to make a claim of.
            namespaces: {
              get demo() {
                return place.namespace;
              },
            },
            kubeconfig: cluster.kubeconfig,
            image: sparkImageName,
            sparkInImage: '/opt/spark',
            serviceAccount: 'spark',
            dataClaim: 'data',
            dataPath: '',
            imagePullSecrets: [],
            nodeSelector: {},
            dataDir: folder,
            agentUrl: `ws://${nodeNet}.0.1:${front.port}`,
            ...settings,
          },
          { ...realOptions(folder), driverJavaOptions: '-XX:TieredStopAtLevel=1' },
        );
        stack.defer(made.close);
        const named: NamedEngine = { name: 'pods', label: 'Pods', startsAhead: false, ...made };
        engines.push(named);
        return { choose: async () => named, find: () => named };
      },
    }),
  );
  // That of the image.
  rig.state.python = '/usr/bin/python3';
  const space = stack.use(await createTestNamespace(cluster.kubeconfig, rig.folder));
  place.namespace = space.namespace;
  const stateOf = async (id: number) => (await rig.call('GET', `/sessions/${id}/state`)).body.state;
  return {
    rig,
    space,
    /** the one of the last start */
    engine: () => engines.at(-1)?.engine,
    capacity: async () => engines.at(-1)?.capacity(),
    stateOf,
    async start(conf: Record<string, string> = {}, more: Record<string, unknown> = {}) {
      const executors = { 'spark.kubernetes.executor.request.cores': '100m' };
      const body = {
        kind: 'pyspark',
        driverMemory: '600m',
        numExecutors: 1,
        ...more,
        conf: { ...executors, ...conf },
      };
      return (await rig.call('POST', '/sessions', { body })).body.id as number;
    },
    async textOf(id: number, code: string): Promise<string> {
      const statements = `/sessions/${id}/statements`;
      const path = `${statements}/${(await rig.call('POST', statements, { body: { code } })).body.id}`;
      await expect.poll(async () => (await rig.call('GET', path)).body.state, patient).toBe('available');
      const { output } = (await rig.call('GET', path)).body;
      return output.status === 'ok' ? (output.data['text/plain'] ?? '') : `${output.ename}: ${output.evalue}`;
    },
    async problemOf(id: number): Promise<string> {
      const row = () =>
        rig.db.selectFrom('sessions').select(['state', 'problem']).where('id', '=', id).executeTakeFirst();
      await expect.poll(async () => (await row())?.state, patient).toBe('dead');
      return (await row())?.problem ?? '';
    },
    driver: async () =>
      (await space.pods()).find(({ metadata }) => metadata?.labels?.['emberlab.io/driver'] === metadata?.name),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}
