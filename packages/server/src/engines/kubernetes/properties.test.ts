import { expect, test } from 'vitest';
import { kubernetesFacts, kubernetesProperties, sizeOf, type DriverPlaces } from './properties.ts';

const driver: DriverPlaces = {
  places: {
    namespace: 'spark',
    image: 'spark:1',
    sparkInImage: '/opt/spark',
    serviceAccount: 'spark',
    dataClaim: 'data',
    dataPath: '',
    imagePullSecrets: [],
    nodeSelector: {},
  },
  pod: 'emberlab-1-a',
  template: '/data/sessions/1/executor.json',
  secret: '/data/sessions/1/executors/secret',
  eventLogs: null,
  javaOptions: '-XX:+UseSerialGC',
};
const of = (properties: Record<string, string>) =>
  kubernetesProperties({ appName: 'a.ipynb', projectFolder: '/data/projects/demo', properties }, driver);

test('of Pods members say sizes, and nothing else', () => {
  const refused = {
    'spark.kubernetes.namespace': 'kube-system',
    'Spark.Kubernetes.Executor.podTemplateFile': '/data/projects/demo/pod.yaml',
    'spark.kubernetes.container.image': 'other:1',
    'spark.kubernetes.executor.volumes.hostPath.x.mount.path': '/host',
    'spark.kubernetes.executor.node.selector.pool': 'other',
    'spark.kubernetes.authenticate.executor.serviceAccountName': 'admin',
    'spark.kubernetes.executor.secrets.registry': '/secrets',
  };
  const allowed = {
    'spark.kubernetes.executor.request.cores': '100m',
    'spark.kubernetes.executor.limit.cores': '2',
    'spark.kubernetes.memoryOverheadFactor': '0.2',
  };
  const properties = of({ ...refused, ...allowed, 'spark.executor.memory': '2g', 'spark.emberlab.engine': 'pods' });
  expect(properties).toMatchObject({
    ...allowed,
    'spark.executor.memory': '2g',
    'spark.kubernetes.namespace': 'spark',
    'spark.kubernetes.container.image': 'spark:1',
    'spark.kubernetes.executor.podTemplateFile': driver.template,
  });
  const values = Object.values(properties);
  for (const value of Object.values(refused)) expect(values).not.toContain(value);
  for (const name of Object.keys(refused).filter((one) => /volumes|selector|secrets|serviceAccount/.test(one)))
    expect(properties).not.toHaveProperty([name]);
  expect(properties).not.toHaveProperty(['spark.emberlab.engine']);
});

test('who connects to a driver has to know a secret that is in no property', () => {
  const properties = of({ 'spark.authenticate': 'false', 'spark.authenticate.secret.file': '/etc/passwd' });
  expect(properties).toMatchObject({
    'spark.authenticate': 'true',
    'spark.network.crypto.enabled': 'true',
    'spark.authenticate.secret.file': driver.secret,
  });
});

test('members decide what the platform only proposes', () => {
  expect(of({})['spark.executor.memoryOverheadFactor']).toBe('0.4');
  expect(of({ 'spark.executor.memoryOverheadFactor': '0.1' })['spark.executor.memoryOverheadFactor']).toBe('0.1');
  expect(of({})['spark.driver.extraJavaOptions']).toBe('-Djava.io.tmpdir=/tmp -XX:-UsePerfData -XX:+UseSerialGC');
});

test('a driver of any size leaves Python 384 MB at least', () => {
  expect(sizeOf({})).toEqual({ memoryMb: 1434, cores: 1 });
  expect(sizeOf({ 'spark.driver.memory': '600m' })).toEqual({ memoryMb: 984, cores: 1 });
  expect(sizeOf({ 'spark.driver.memory': '4g', 'spark.driver.cores': '2' })).toEqual({ memoryMb: 5735, cores: 2 });
});

test('what Pods have beside the heap is what limits count, by every property that sizes it', () => {
  const facts = kubernetesFacts(() => driver.places, { eventLogBytes: 0 });
  const mb = 1024 ** 2;
  const beside = (properties: Record<string, string>) => {
    const { driver: ofDriver = 0, executor = 0 } = facts.besideHeapOf?.(properties) ?? {};
    return [ofDriver / mb, executor / mb];
  };
  expect(beside({})).toEqual([410, 410]);
  expect(beside({ 'spark.driver.memory': '512m', 'spark.executor.memory': '10g' })).toEqual([384, 4096]);
  expect(beside({ 'spark.driver.memoryOverhead': '1g', 'spark.executor.memoryOverhead': '100' })).toEqual([1024, 100]);
  expect(beside({ 'spark.kubernetes.memoryOverheadFactor': '1' })).toEqual([1024, 1024]);
  const factors = { 'spark.driver.memoryOverheadFactor': '2', 'spark.executor.memoryOverheadFactor': '3' };
  expect(beside({ ...factors, 'spark.kubernetes.memoryOverheadFactor': '1' })).toEqual([2048, 3072]);
  expect(beside({ 'spark.executor.minMemoryOverhead': '1g', 'spark.executor.pyspark.memory': '2g' })).toEqual([
    410, 3072,
  ]);
  expect(beside({ 'spark.kubernetes.memoryOverheadFactor': 'much' })).toEqual([410, 410]);
  const offHeap = { 'spark.memory.offHeap.enabled': 'true', 'spark.memory.offHeap.size': '1073741824' };
  expect(sizeOf(offHeap).memoryMb - sizeOf({}).memoryMb).toBe(1024);
  // Spark has to take the factor that is counted.
  expect(of({ 'spark.kubernetes.memoryOverheadFactor': '1' })['spark.executor.memoryOverheadFactor']).toBe('1');
  expect(of({ ...factors, 'spark.kubernetes.memoryOverheadFactor': '1' })['spark.executor.memoryOverheadFactor']).toBe(
    '3',
  );
});
