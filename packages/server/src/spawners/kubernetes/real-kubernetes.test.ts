import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CoreV1Api, KubeConfig, NetworkingV1Api } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../lib/clock.ts';
import { newId } from '../../lib/ids.ts';
import { kubernetesParts, startControlPlane, type TestKubernetes } from '../../testing/minikubernetes.ts';
import { SpawnError } from '../spawner.ts';
import { contractLogBytes, describeSpawner, specFor } from '../spawner.contract.ts';
import { startFakeKubelet } from '../../kubernetes/kubelet.fixture.ts';
import { createKubernetesSpawner } from './spawner.ts';
import type { KubernetesOptions } from './settings.ts';
import { testSettings } from './settings.fixture.ts';

/** They need a cluster, and are a part of their own: `./test clusters`. */
describe.skipIf(kubernetesParts === undefined)('on a real API server', { timeout: 90_000 }, () => {
  let cluster: TestKubernetes;
  let api: CoreV1Api;
  let policies: NetworkingV1Api;

  beforeAll(async () => {
    cluster = await startControlPlane();
    const config = new KubeConfig();
    config.loadFromFile(cluster.kubeconfig);
    api = config.makeApiClient(CoreV1Api);
    policies = config.makeApiClient(NetworkingV1Api);
  }, 120_000);
  afterAll(async () => cluster[Symbol.asyncDispose]());

  /** A namespace with the claim of a data folder, in which Pods of one Emberlab run; `runs`: they have a node. */
  async function fixture({ runs = true, ...more }: Partial<KubernetesOptions> & { runs?: boolean } = {}) {
    const dataDir = await mkdtemp(join(tmpdir(), 'ember-'));
    const namespace = `test-${newId()}`;
    await api.createNamespace({ body: { metadata: { name: namespace } } });
    await expect
      .poll(() => api.readNamespacedServiceAccount({ namespace, name: 'default' }).then(Boolean, () => false))
      .toBe(true);
    await api.createPersistentVolume({
      body: {
        metadata: { name: namespace },
        spec: {
          storageClassName: '',
          accessModes: ['ReadWriteMany'],
          capacity: { storage: '1Gi' },
          hostPath: { path: dataDir },
          claimRef: { namespace, name: 'data' },
        },
      },
    });
    await api.createNamespacedPersistentVolumeClaim({
      namespace,
      body: {
        metadata: { name: 'data' },
        spec: {
          storageClassName: '',
          volumeName: namespace,
          accessModes: ['ReadWriteMany'],
          resources: { requests: { storage: '1Gi' } },
        },
      },
    });
    const settings = testSettings({
      namespace,
      kubeconfig: cluster.kubeconfig,
      controlUrl: 'http://127.0.0.1:8080',
      allowedFrom: ['127.0.0.1/32'],
      nodeSelector: { 'kubernetes.io/hostname': namespace },
      ...more,
    });
    const kubelet = runs ? await startFakeKubelet(api, namespace) : null;
    const cwd = join(dataDir, 'projects', 'demo');
    await mkdir(cwd, { recursive: true });
    const open = () =>
      createKubernetesSpawner({
        clock: systemClock,
        config: { dataDir, paths: { servers: join(dataDir, 'servers') }, serverLogBytes: contractLogBytes },
        settings,
      });
    const spec = (script: string) => specFor(cwd, script, { limits: { memoryMb: 512, cores: 1 } });
    return {
      spawner: await open(),
      open,
      cwd,
      spec,
      namespace,
      kubelet,
      pods: async () => (await api.listNamespacedPod({ namespace })).items,
      async [Symbol.asyncDispose]() {
        for (const { metadata } of (await api.listNamespacedPod({ namespace })).items) {
          await api
            .deleteNamespacedPod({ namespace, name: metadata?.name ?? '', gracePeriodSeconds: 0 })
            .catch(() => undefined);
        }
        await kubelet?.[Symbol.asyncDispose]();
        await api.deleteNamespace({ name: namespace });
        await rm(dataDir, { recursive: true, force: true });
      },
    };
  }

  describeSpawner('kubernetes', fixture, { ofThisMachine: false });

  it('has nothing in the Pod that a user wrote', async () => {
    await using it = await fixture();
    const secret = 'written-by-a-user';
    const spec = {
      ...it.spec(`echo ${secret}`),
      env: { PATH: '/usr/bin:/bin', NOTE: secret },
      files: { note: secret },
    };
    await (
      await it.spawner.start(spec)
    ).exited;
    const pods = await it.pods();
    expect(pods).toHaveLength(1);
    expect(JSON.stringify(pods)).not.toContain(secret);
  });

  it('is found again by a control plane that has just started, with where it is reached', async () => {
    await using it = await fixture();
    const spec = it.spec('sleep 100 & wait');
    const { handle } = await it.spawner.start(spec);
    const later = await it.open();
    expect(await later.find(spec.serverId)).toEqual(handle);
    expect(await later.isAlive(handle)).toBe(true);
    expect(await later.present?.()).toEqual([spec.serverId]);
    await expect.poll(() => later.reachedAt(spec)).toBe('tcp://127.0.0.1:8888');
    await expect.poll(async () => (await later.progress?.(spec.serverId))?.step).toBe('answering');
    await later.stop(spec.serverId, handle);
    expect(await it.pods()).toEqual([]);
    expect(await later.isAlive(handle)).toBe(false);
  });

  it('has Pods of its own among those of another Emberlab', async () => {
    await using one = await fixture();
    await using other = await fixture({ namespace: one.namespace, nodeSelector: {}, runs: false });
    const spec = one.spec('sleep 100 & wait');
    await one.spawner.start(spec);
    expect(await other.spawner.present?.()).toEqual([]);
    expect(await one.spawner.present?.()).toEqual([spec.serverId]);
    await one.spawner.stop(spec.serverId, null);
  });

  it('lets only the platform connect to servers', async () => {
    await using it = await fixture();
    await (
      await it.spawner.start(it.spec('true'))
    ).exited;
    const { items } = await policies.listNamespacedNetworkPolicy({ namespace: it.namespace });
    expect(items.map(({ spec }) => spec?.ingress?.[0]?._from)).toEqual([[{ ipBlock: { cidr: '127.0.0.1/32' } }]]);
  });

  it('says what a Pod waits for that no node takes, and can be stopped all the same', async () => {
    await using it = await fixture({ runs: false, nodeSelector: { pool: 'none' } });
    const spec = it.spec('true');
    await it.spawner.start(spec);
    await expect
      .poll(async () => (await it.spawner.progress?.(spec.serverId))?.note)
      .toMatch(/has no place for the server yet: .*nodes/);
    await it.spawner.stop(spec.serverId, null);
    expect(await it.pods()).toEqual([]);
  });

  it('says which image is missing', async () => {
    await using it = await fixture();
    it.kubelet?.letWait('ErrImageNeverPull', 'Container image is not present with pull policy of Never');
    const spec = it.spec('true');
    await it.spawner.start(spec);
    const problem = async () => (await it.spawner.progress?.(spec.serverId))?.problem;
    await expect.poll(problem).toMatch(/localhost\/server:1 is not on the node/);
    await it.spawner.stop(spec.serverId, null);
    expect(await it.pods()).toEqual([]);
  });

  it('says that a quota is reached, and leaves no Pod', async () => {
    await using it = await fixture();
    const body = { metadata: { name: 'few' }, spec: { hard: { pods: '0' } } };
    await api.createNamespacedResourceQuota({ namespace: it.namespace, body });
    const hard = async () =>
      (await api.readNamespacedResourceQuota({ namespace: it.namespace, name: 'few' })).status?.hard;
    await expect.poll(hard).toEqual({ pods: '0' });
    const started = it.spawner.start(it.spec('true'));
    await expect(started).rejects.toThrow(SpawnError);
    await expect(started).rejects.toThrow(`The namespace ${it.namespace} has reached its quota`);
    expect(await it.pods()).toEqual([]);
  });

  it('says that the namespace is not there', async () => {
    await using it = await fixture({ namespace: 'nowhere', runs: false });
    await expect(it.spawner.start(it.spec('true'))).rejects.toThrow('The cluster has no namespace nowhere');
  });

  it('says that the cluster is away, and takes nothing for ended', async () => {
    await using it = await fixture({ runs: false });
    const away = await mkdtemp(join(tmpdir(), 'ember-'));
    const config = new KubeConfig();
    config.loadFromClusterAndUser(
      { name: 'away', server: 'https://127.0.0.1:1', skipTLSVerify: true },
      { name: 'nobody' },
    );
    const { writeFile } = await import('node:fs/promises');
    await writeFile(join(away, 'config'), config.exportConfig());
    await using gone = await fixture({ kubeconfig: join(away, 'config'), runs: false });
    await expect(gone.spawner.start(gone.spec('true'))).rejects.toThrow('The Kubernetes cluster does not answer');
    expect(await gone.spawner.isAlive({ pid: 0, startTicks: 'uid' })).toBe(true);
    await rm(away, { recursive: true, force: true });
    expect(await it.pods()).toEqual([]);
  });

  it('says why one ended that somebody else has deleted', async () => {
    await using it = await fixture();
    const spec = it.spec('sleep 100 & wait');
    const { exited, handle } = await it.spawner.start(spec);
    const [pod] = await it.pods();
    await api.deleteNamespacedPod({ namespace: it.namespace, name: pod?.metadata?.name ?? '', gracePeriodSeconds: 1 });
    await exited;
    expect(await it.spawner.isAlive(handle)).toBe(false);
    expect(await it.spawner.whyEnded?.(spec.serverId)).toMatch(/was deleted, and not by Emberlab/);
  });
});
