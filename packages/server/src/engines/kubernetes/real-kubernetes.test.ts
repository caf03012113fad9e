import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { V1Pod, V1VolumeMount } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startFakeKubelet } from '../../kubernetes/kubelet.fixture.ts';
import { createTestNamespace } from '../../testing/kubernetes-namespace.ts';
import { kubernetesParts, startControlPlane, type TestKubernetes } from '../../testing/minikubernetes.ts';
import { engineContract } from '../engine.contract.ts';
import { batchesContract } from '../batches.contract.ts';
import { batchesUnderTest, fakeBatchSubmit } from './batches.fixture.ts';
import { dataFolder, podsUnderTest } from './engine.fixture.ts';

const guide = join(import.meta.dirname, '../../../../../docs/admin/engines.md');

/** They need a cluster, and are a part of their own: `./test clusters`. Its node is played by the tests; Pods truly run in those of sessions. */
describe.skipIf(kubernetesParts === undefined)('on a real API server', { timeout: 90_000 }, () => {
  let cluster: TestKubernetes;
  beforeAll(async () => {
    cluster = await startControlPlane();
  }, 120_000);
  afterAll(async () => cluster[Symbol.asyncDispose]());

  async function fixture(given?: Awaited<ReturnType<typeof dataFolder>>) {
    const data = given ?? (await dataFolder());
    const stack = new AsyncDisposableStack();
    const space = stack.use(await createTestNamespace(cluster.kubeconfig, data.dataDir));
    const { api, namespace } = space;
    const kubelet = stack.use(await startFakeKubelet(api, namespace));
    const pods = { pidOf: kubelet.pidOf, manifests: async () => JSON.stringify(await space.pods()) };
    const nodeSelector = { 'kubernetes.io/hostname': namespace };
    const settings = { namespace, kubeconfig: cluster.kubeconfig, nodeSelector };
    const under = stack.use(podsUnderTest(data, pods, settings));
    return { ...under, space, data, cluster: pods, settings, [Symbol.asyncDispose]: () => stack.disposeAsync() };
  }

  engineContract('kubernetes', () => fixture(), { timeout: 60_000 });

  batchesContract(
    'kubernetes',
    async () => {
      const made = await fixture(await dataFolder(fakeBatchSubmit));
      const { data, cluster: pods, settings } = made;
      const under = batchesUnderTest(data, pods, settings);
      return {
        ...under,
        async [Symbol.asyncDispose]() {
          await under[Symbol.asyncDispose]();
          await made[Symbol.asyncDispose]();
        },
      };
    },
    { timeout: 60_000 },
  );

  it('says that a quota is reached, and leaves no Pod', async () => {
    await using it = await fixture();
    const { api, namespace, pods } = it.space;
    await api.createNamespacedResourceQuota({
      namespace,
      body: { metadata: { name: 'few' }, spec: { hard: { pods: '0' } } },
    });
    const hard = async () => (await api.readNamespacedResourceQuota({ namespace, name: 'few' })).status?.hard;
    await expect.poll(hard).toEqual({ pods: '0' });
    await expect(it.engine.launch(it.spec('obey'))).rejects.toThrow(
      `The namespace ${namespace} has reached its quota, so there is no room for the driver`,
    );
    expect(await pods()).toEqual([]);
  });

  it('says that there is no such namespace or account', async () => {
    await using it = await fixture();
    const nowhere = it.open({ namespace: 'nowhere' }).engine;
    await expect(nowhere.launch(it.spec('obey'))).rejects.toThrow('The cluster has no namespace nowhere');
    const nobody = it.open({ serviceAccount: 'nobody' }).engine;
    await expect(nobody.launch(it.spec('obey'))).rejects.toThrow(/may not start Pods.*nobody/);
  });

  it('has what nodes have, and what has been asked of it', async () => {
    await using it = await fixture();
    const spec = it.spec('obey', { 'spark.driver.cores': '2' });
    await it.engine.launch(spec);
    await it.settled(spec);
    expect(await it.capacity()).toMatchObject({
      problem: null,
      workers: 1,
      cores: { total: 4, used: 0.2 },
      waiting: 0,
    });
  });

  it('lets drivers make executors of their own project and nothing else, by the policy of the guide', async () => {
    await using it = await fixture();
    const { namespace } = it.space;
    const text = await readFile(guide, 'utf8');
    const policy = [...text.matchAll(/^```yaml\n([^]*?)^```/gm)].find(([, block]) =>
      block?.includes('AdmissionPolicy'),
    );
    const kubectl = (input: string, ...args: string[]) =>
      new Promise<string>((resolve) => {
        const all = ['--kubeconfig', cluster.kubeconfig, ...args];
        const child = execFile(join(kubernetesParts ?? '', 'bin/kubectl'), all, (error, out) =>
          resolve(error === null ? out : error.message),
        );
        child.stdin?.end(input);
      });
    const applied = await kubectl(
      (policy?.[1] ?? '').replaceAll(':spark:spark-', `:${namespace}:spark-`),
      'apply',
      '-f-',
    );
    expect(applied).toMatch(/policy.*created\n.*binding.*created/);
    await kubectl('', '-n', namespace, 'create', 'serviceaccount', 'spark-demo');
    const rights = ['create', 'rolebinding', 'demo', '--role=spark', `--serviceaccount=${namespace}:spark-demo`];
    await kubectl('', '-n', namespace, ...rights);
    const { api } = it.space;
    const labelled = (component: string, driver: string) => ({
      'app.kubernetes.io/component': component,
      'emberlab.io/driver': driver,
    });
    /** A driver's Pod, and the token that its node would give it. */
    const driverOf = async (name: string) => {
      const place = { serviceAccountName: 'spark-demo', nodeSelector: { pool: 'none' } };
      const spec = { ...place, containers: [{ name: 'driver', image: 'spark:1' }] };
      const made = await api.createNamespacedPod({
        namespace,
        body: { metadata: { name, labels: labelled('spark-driver', name) }, spec },
      });
      const bound = [
        '--bound-object-kind=Pod',
        `--bound-object-name=${name}`,
        `--bound-object-uid=${made.metadata?.uid}`,
      ];
      return (await kubectl('', '-n', namespace, 'create', 'token', 'spark-demo', ...bound)).trim();
    };
    const driver = 'emberlab-1-0123456789ab';
    const token = await driverOf(driver);
    let pod = 0;
    const security = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } };
    const asDriver = (
      mounts: Partial<V1VolumeMount>[],
      spec: Partial<V1Pod['spec']> = {},
      { as = token, metadata = {} }: { as?: string; metadata?: object } = {},
    ) => {
      const container = {
        name: 'executor',
        image: 'spark:1',
        securityContext: security,
        volumeMounts: mounts.map((mount, i) => ({ name: 'data', mountPath: `/m${i}`, ...mount })),
      };
      const made = {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: `executor-${++pod}`, labels: labelled('spark-executor', driver), ...metadata },
        spec: {
          automountServiceAccountToken: false,
          nodeSelector: { pool: 'none' },
          containers: [container],
          volumes: [
            { name: 'data', persistentVolumeClaim: { claimName: 'data' } },
            { name: 'tmp', emptyDir: {} },
          ],
          ...spec,
        },
      };
      return kubectl(JSON.stringify(made), `--token=${as}`, '-n', namespace, 'create', '-f-');
    };
    const wholeClaim = [{}];
    await expect.poll(() => asDriver(wholeClaim), { timeout: 20_000 }).toMatch(/folder of their own project/);
    const own = { subPath: 'projects/demo' };
    const environment = { subPath: 'environments/e1', readOnly: true };
    const session = { subPath: 'sessions/1/executors', readOnly: true };
    const logs = { subPath: 'sessions/1/executor-logs' };
    const taken = await asDriver([own, environment, session, logs, { name: 'tmp' }]);
    expect(taken).toMatch(/created/);
    for (const subPath of [
      'projects/other',
      'environments/e1',
      'sessions/1',
      'secrets.key',
      'sessions/2/executor-logs',
    ])
      expect(await asDriver([own, { subPath }])).toMatch(/folder of their own project/);
    for (const subPath of ['sessions/2/executors', 'batches/1/executors'])
      expect(await asDriver([own, { subPath, readOnly: true }])).toMatch(/folder of their own project/);
    const batch = await driverOf('emberlab-batch-1-0123456789ab');
    const ofBatch = { as: batch, metadata: { labels: labelled('spark-executor', 'emberlab-batch-1-0123456789ab') } };
    const secret = { subPath: 'batches/1/executors', readOnly: true };
    expect(await asDriver([secret], {}, ofBatch)).toMatch(/created/);
    expect(await asDriver([session], {}, ofBatch)).toMatch(/folder of their own project/);
    const volumes = (one: object) => asDriver([], { volumes: [{ name: 'data', ...one }] });
    expect(await volumes({ hostPath: { path: '/' } })).toMatch(/no other volumes/);
    expect(await volumes({ secret: { secretName: 'registry' } })).toMatch(/no other volumes/);
    const finalizers = { metadata: { labels: labelled('spark-executor', driver), finalizers: ['example.org/never'] } };
    expect(await asDriver([own], {}, finalizers)).toMatch(/go when they end/);
    for (const spec of [{ hostNetwork: true }, { hostPID: true }, { hostIPC: true }])
      expect(await asDriver([own], spec)).toMatch(/no rights in the cluster/);
    // A token comes as a volume.
    expect(await asDriver([own], { automountServiceAccountToken: true })).toMatch(/no other volumes/);
    const container = { name: 'executor', image: 'spark:1', securityContext: security };
    for (const change of [
      { securityContext: { ...security, privileged: true, allowPrivilegeEscalation: true } },
      { securityContext: { ...security, allowPrivilegeEscalation: true } },
      { securityContext: { ...security, capabilities: { drop: ['ALL'], add: ['NET_ADMIN'] } } },
      { securityContext: { allowPrivilegeEscalation: false } },
      { envFrom: [{ secretRef: { name: 'registry' } }] },
    ])
      expect(await asDriver([], { containers: [{ ...container, ...change }] })).toMatch(/no rights in the cluster/);
    // Its executors are its own to make and to end, and nothing else is.
    const others = { metadata: { labels: labelled('spark-executor', 'emberlab-2-0123456789ab') } };
    expect(await asDriver([own], {}, others)).toMatch(/executors of their own/);
    const end = (name: string, as: string) =>
      kubectl('', `--token=${as}`, '-n', namespace, 'delete', 'pod', '--wait=false', name);
    const [, first = ''] = /pod\/(\S+) created/.exec(taken) ?? [];
    expect(await end(first, batch)).toMatch(/executors of their own/);
    expect(await end(driver, token)).toMatch(/executors of their own/);
    expect(await end(first, token)).toMatch(/deleted/);
    // Spark ends them all at once.
    await asDriver([own]);
    const all = [
      'delete',
      'pods',
      '--wait=false',
      '-l',
      `emberlab.io/driver=${driver},app.kubernetes.io/component=spark-executor`,
    ];
    expect(await kubectl('', `--token=${token}`, '-n', namespace, ...all)).toMatch(/deleted/);
  });
});
