import { CoreV1Api, KubeConfig, RbacAuthorizationV1Api } from '@kubernetes/client-node';
import { newId } from '../lib/ids.ts';

/** What the drivers of Spark need in their namespace, as the guide says. */
const driverRules = [
  {
    apiGroups: [''],
    resources: ['pods'],
    verbs: ['get', 'list', 'watch', 'create', 'patch', 'delete', 'deletecollection'],
  },
];

/** A namespace with the claim `data` of a folder of this machine, and the account `spark` of drivers. */
export async function createTestNamespace(kubeconfig: string, dataDir: string) {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const api = config.makeApiClient(CoreV1Api);
  const rights = config.makeApiClient(RbacAuthorizationV1Api);
  const namespace = `test-${newId()}`;
  const shared = { storageClassName: '', accessModes: ['ReadWriteMany'] };
  const capacity = { storage: '1Gi' };
  await api.createNamespace({ body: { metadata: { name: namespace } } });
  for (;;) {
    const accounts = (await api.listNamespacedServiceAccount({ namespace })).items;
    if (accounts.some(({ metadata }) => metadata?.name === 'default')) break;
  }
  await api.createPersistentVolume({
    body: {
      metadata: { name: namespace },
      spec: { ...shared, capacity, hostPath: { path: dataDir }, claimRef: { namespace, name: 'data' } },
    },
  });
  await api.createNamespacedPersistentVolumeClaim({
    namespace,
    body: { metadata: { name: 'data' }, spec: { ...shared, volumeName: namespace, resources: { requests: capacity } } },
  });
  const named = { metadata: { name: 'spark' } };
  await api.createNamespacedServiceAccount({ namespace, body: named });
  await rights.createNamespacedRole({ namespace, body: { ...named, rules: driverRules } });
  await rights.createNamespacedRoleBinding({
    namespace,
    body: {
      ...named,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'spark' },
      subjects: [{ kind: 'ServiceAccount', name: 'spark', namespace }],
    },
  });
  return {
    api,
    namespace,
    pods: async () => (await api.listNamespacedPod({ namespace })).items,
    /** What is there beside Pods, but what Kubernetes makes in each namespace itself: kinds and names. */
    async others() {
      const maps = (await api.listNamespacedConfigMap({ namespace })).items.map(({ metadata }) => metadata?.name ?? '');
      const services = (await api.listNamespacedService({ namespace })).items;
      const claims = (await api.listNamespacedPersistentVolumeClaim({ namespace })).items;
      return [
        ...maps.filter((name) => name !== 'kube-root-ca.crt').map((name) => `ConfigMap ${name}`),
        ...services.map(({ metadata }) => `Service ${metadata?.name}`),
        ...claims.filter(({ metadata }) => metadata?.name !== 'data').map(({ metadata }) => `Claim ${metadata?.name}`),
      ];
    },
    async [Symbol.asyncDispose]() {
      for (const { metadata } of (await api.listNamespacedPod({ namespace })).items) {
        await api
          .deleteNamespacedPod({ namespace, name: metadata?.name ?? '', gracePeriodSeconds: 0 })
          .catch(() => undefined);
      }
      await api.deleteNamespace({ name: namespace });
    },
  };
}
