import { execFile } from 'node:child_process';
import { mkdir, readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { V1Node, V1ResourceQuota } from '@kubernetes/client-node';
import { expect, test } from 'vitest';
import { fakeCluster, refused } from '../../kubernetes/cluster.fake.ts';
import { engineContract } from '../engine.contract.ts';
import { dataFolder, podsUnderTest } from './engine.fixture.ts';
import type { KubernetesEngineOptions } from './engine.ts';

/** An engine on a cluster in memory. */
async function fixture(settings: Partial<KubernetesEngineOptions> = {}) {
  const fake = fakeCluster();
  const under = podsUnderTest(
    await dataFolder(),
    { pidOf: fake.pidOf, manifests: async () => JSON.stringify(fake.pods()) },
    { openCluster: async () => fake.cluster, ...settings },
  );
  return {
    ...under,
    fake,
    async [Symbol.asyncDispose]() {
      fake.state.refuse = null;
      await under[Symbol.asyncDispose]();
      fake.end();
    },
  };
}

engineContract('kubernetes, on a cluster in memory', () => fixture());

test('nothing of a member is in a manifest, and the driver reads what it is in files', async () => {
  await using it = await fixture();
  const spec = it.spec('obey', {
    'spark.hadoop.fs.s3a.secret.key': 'a-password',
    'spark.kubernetes.driver.label.x': 'y',
  });
  await it.engine.launch(spec);
  await it.settled(spec);
  const manifests = JSON.stringify(it.fake.pods());
  for (const word of ['a-password', 'čaša', spec.secret]) expect(manifests).not.toContain(word);
  const folder = it.folderOf(spec);
  const properties = await readFile(join(folder, 'spark.properties'), 'utf8');
  expect(properties).toContain('a-password');
  expect(properties).not.toContain('spark.kubernetes.driver.label');
  expect(properties).not.toContain(spec.secret);
  const agent = JSON.parse(await readFile(join(folder, 'scratch/agent.json'), 'utf8'));
  expect(agent).toMatchObject({ secret: spec.secret, agentUrl: 'ws://emberlab:8080', sessionId: spec.sessionId });
  const [, , , , ...program] = (await readFile(join(folder, 'arguments'), 'utf8')).trim().split('\n').slice(2);
  expect(program).toEqual([join(folder, 'program/emberlab_session.py'), join(folder, 'scratch/agent.json')]);
  expect((await stat(program[0] ?? '')).isFile()).toBe(true);
  for (const name of ['start', 'spark.properties', 'scratch/agent.json', 'executors/secret', 'executor.json'])
    expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600);
});

test('a driver writes its logs, its event log and the project, and only reads the rest of its session', async () => {
  await using it = await fixture({ dataPath: 'teams/one' });
  const spec = it.spec('obey');
  await it.engine.launch(spec);
  const mounts = it.fake.pods()[0]?.spec?.containers[0]?.volumeMounts ?? [];
  const id = spec.sessionId;
  expect(mounts.map(({ subPath, readOnly }) => [subPath, readOnly ?? false])).toEqual([
    [`teams/one/sessions/${id}`, true],
    [`teams/one/sessions/${id}/scratch`, false],
    [`teams/one/sessions/${id}/events`, false],
    [`teams/one/sessions/${id}/stdout.log`, false],
    [`teams/one/sessions/${id}/stderr.log`, false],
    ['teams/one/projects/demo', false],
    [undefined, false],
  ]);
  const template = JSON.parse(await readFile(join(it.folderOf(spec), 'executor.json'), 'utf8'));
  expect(template.spec).toMatchObject({ automountServiceAccountToken: false, restartPolicy: 'Never' });
  expect(template.spec.containers[0].volumeMounts).toMatchObject([
    { subPath: `teams/one/sessions/${id}/executors`, readOnly: true },
    { subPath: `teams/one/sessions/${id}/executor-logs` },
    { subPath: 'teams/one/projects/demo' },
    { mountPath: '/tmp' },
  ]);
});

test('a project has the namespace and the account of its name, or those of its own', async () => {
  await using it = await fixture({ namespace: 'spark-{project}', serviceAccount: '{project}-driver' });
  const { handle } = await it.engine.launch(it.spec('obey'));
  expect('clusterId' in handle ? handle.clusterId : '').toMatch(/^spark-demo\/emberlab-1-\w{12}\/./);
  expect(it.fake.pods()[0]?.spec?.serviceAccountName).toBe('demo-driver');
  const pinned = it.facts.platformProperties({ projectFolder: '/data/projects/demo', properties: {} }).pinned;
  expect(pinned['spark.kubernetes.namespace']).toBe('spark-demo');
  await using other = await fixture({ namespace: 'spark-{project}', namespaces: { demo: 'its-own' } });
  const one = await other.engine.launch(other.spec('obey'));
  expect(one.handle).toMatchObject({ clusterId: expect.stringMatching(/^its-own\//) });
});

test('a Pod has the memory of its driver with what Python takes beside it', async () => {
  await using it = await fixture();
  const resources = async (properties: Record<string, string>) => {
    const spec = it.spec('obey', properties);
    await it.engine.launch(spec);
    return it.fake.pods().at(-1)?.spec?.containers[0]?.resources;
  };
  expect(await resources({ 'spark.driver.memory': '2g', 'spark.driver.cores': '2' })).toEqual({
    limits: { memory: '2868Mi', cpu: '2000m' },
    requests: { memory: '2868Mi', cpu: '200m' },
  });
  expect((await resources({ 'spark.driver.memoryOverhead': '100m' }))?.limits).toEqual({
    memory: '1124Mi',
    cpu: '1000m',
  });
});

test('one that a control plane has begun which ended then is found, and what it was going to begin is not', async () => {
  await using it = await fixture();
  const spec = it.spec('obey');
  await it.engine.launch(spec);
  const later = it.restarted();
  const found = await later.find(spec.sessionId);
  expect(found).not.toBeNull();
  const next = it.spec('obey');
  await it.engine.launch(next);
  await writeFile(join(it.folderOf(next), 'kubernetes-pod'), 'spark/emberlab-2-never\n');
  expect(await later.find(next.sessionId)).toBeNull();
});

test('one that was given up is ended before its session gets another', async () => {
  await using it = await fixture();
  const spec = it.spec('obey');
  await it.engine.launch(spec);
  await it.settled(spec);
  await it.engine.launch(spec);
  expect(it.fake.pods()).toHaveLength(1);
});

test('what it waits for is said, and what nothing will bring ends it', async () => {
  await using it = await fixture();
  it.fake.state.waiting = { reason: 'ErrImagePull', message: 'dial tcp: i/o timeout' };
  const { handle } = await it.engine.launch(it.spec('obey'));
  expect(await it.engine.waitingFor?.(handle)).toBe(
    "The image localhost/spark:1 can't be pulled. dial tcp: i/o timeout.",
  );
  expect(await it.engine.isAlive(handle)).toBe(true);
  it.fake.state.waiting = { reason: 'ErrImageNeverPull', message: '' };
  const missing = await it.engine.launch(it.spec('obey'));
  expect(await missing.exited).toEqual({ code: null, signal: null });
  expect(await it.engine.isAlive(missing.handle)).toBe(false);
  expect(await it.engine.whyEnded?.(missing.handle)).toBe(
    'The image localhost/spark:1 is not on the node, and may not be pulled.',
  );
  await it.engine.kill(missing.handle);
  expect(it.fake.pods()).toHaveLength(1);
});

test('why a driver ended is said as the cluster knows it', async () => {
  await using it = await fixture();
  const spec = it.spec('obey');
  const { handle, exited } = await it.engine.launch(spec);
  await it.settled(spec);
  expect(await it.engine.waitingFor?.(handle)).toBeNull();
  await it.fake.cluster.delete(it.fake.pods()[0]?.metadata?.name ?? '', 1);
  await exited;
  expect(await it.engine.whyEnded?.(handle)).toBe('The Pod of the driver was deleted, and not by Emberlab.');
});

test('executors that outlive their driver are ended', async () => {
  await using it = await fixture();
  const { handle } = await it.engine.launch(it.spec('obey'));
  const driver = it.fake.pods()[0]?.metadata?.name ?? '';
  it.fake.state.waiting = { reason: 'ContainerCreating', message: '' };
  await it.fake.cluster.create({ metadata: { name: 'left-over', labels: { 'emberlab.io/driver': driver } } });
  await it.engine.kill(handle);
  expect(it.fake.pods()).toEqual([]);
});

test('executors write their logs where those are read, and tell Spark that they have some', async () => {
  await using it = await fixture();
  const spec = it.spec('obey');
  const { handle } = await it.engine.launch(spec);
  const template = JSON.parse(await readFile(join(it.folderOf(spec), 'executor.json'), 'utf8'));
  const [container] = template.spec.containers;
  const java = join(it.dataDir, 'bin');
  await mkdir(java);
  const said = '#!/bin/sh\necho "$@"; echo "$SPARK_LOG_URL_STDOUT" "$SPARK_LOG_URL_STDERR" >&2; umask\n';
  await writeFile(join(java, 'java'), said, { mode: 0o755 });
  const own = Object.fromEntries(container.env.map((one: { name: string; value: string }) => [one.name, one.value]));
  const [file, ...args] = container.command;
  const env = {
    ...own,
    PATH: `${java}:/usr/bin:/bin`,
    SPARK_EXECUTOR_ID: '3',
    SPARK_EXECUTOR_CORES: '2',
    SPARK_JAVA_OPT_0: '-Da=a b',
  };
  await promisify(execFile)(file, args, { env });
  const logs = it.engine.executorLogs;
  expect(await logs.list(spec.sessionId)).toEqual(['3']);
  const [stdout, stderr] = [
    await logs.find(spec.sessionId, '3', 'stdout'),
    await logs.find(spec.sessionId, '3', 'stderr'),
  ];
  expect(await readFile(stdout ?? '', 'utf8')).toMatch(/^-Da=a b .*--executor-id 3 --cores 2 [^]*\n0007\n$/);
  expect(await readFile(stderr ?? '', 'utf8')).toBe(`file://${stdout} file://${stderr}\n`);
  expect((await stat(stderr ?? '')).mode & 0o777).toBe(0o600);
  await it.engine.kill(handle);
  await it.engine.clean(spec.sessionId);
  expect(await logs.list(spec.sessionId)).toEqual(['3']);
  await it.engine.forget(spec.sessionId);
  expect(await logs.list(spec.sessionId)).toEqual([]);
});

test('Pods of what lives no more are ended, and executors whose driver is gone', async () => {
  await using it = await fixture();
  const [kept, stray] = [it.spec('obey'), it.spec('obey')];
  const { handle } = await it.engine.launch(kept);
  const other = await it.engine.launch(stray);
  for (const spec of [kept, stray]) await it.settled(spec);
  const [first, second] = it.fake.pods();
  const executorOf = async (name: string, pod: typeof first, change: Record<string, string> = {}) => {
    const template = JSON.parse(await readFile(join(it.folderOf(kept), 'executor.json'), 'utf8'));
    const own = { ...template.metadata.labels, 'emberlab.io/driver': pod?.metadata?.name ?? '', ...change };
    await it.fake.cluster.create({ metadata: { name, labels: own } });
  };
  it.fake.state.waiting = { reason: 'ContainerCreating', message: '' };
  await executorOf('of-the-kept', first);
  await executorOf('of-the-stray', second, { 'emberlab.io/session': '2' });
  await executorOf('of-nobody', { metadata: { name: 'emberlab-1-gone' } });
  const platform = first?.metadata?.labels?.['emberlab.io/platform'] ?? '';
  await it.fake.cluster.create({ metadata: { name: 'a-server', labels: { 'emberlab.io/platform': platform } } });
  await it.fake.cluster.create({ metadata: { name: 'another', labels: { 'emberlab.io/session': '9' } } });
  const later = it.restarted();
  expect(await later.endStrays?.(async () => ({ sessions: new Set([1]), batches: new Set([2]) }))).toBe(3);
  await other.exited;
  const names = () => it.fake.pods().map(({ metadata }) => metadata?.name);
  await expect.poll(names).toEqual([first?.metadata?.name, 'of-the-kept', 'a-server', 'another']);
  expect(await it.engine.isAlive(handle)).toBe(true);
  it.fake.state.refuse = new Error('connect ECONNREFUSED');
  await expect(later.endStrays?.(async () => ({ sessions: new Set(), batches: new Set() }))).rejects.toThrow(
    'The Kubernetes cluster does not answer',
  );
});

test('a template of the administrator adds to all Pods, and changes nothing that Emberlab sets', async () => {
  await using it = await fixture({ nodeSelector: { pool: 'spark' } });
  const file = join(it.dataDir, 'pod.yaml');
  const { engine } = it.open({ podTemplate: file });
  const launched = (text: string, spec = it.spec('obey')) =>
    writeFile(file, text).then(() => engine.launch(spec).catch((error: Error) => error.message));
  const spec = it.spec('obey');
  await launched(
    `metadata: { labels: { team: a }, annotations: { example.org/x: y } }
spec:
  nodeSelector: { pool: other, disk: fast }
  tolerations: [{ key: spark, operator: Exists }]
  securityContext: { fsGroup: 2000 }
  volumes: [{ name: certificates, configMap: { name: ca } }]
  containers: [{ env: [{ name: LC_ALL, value: C }], volumeMounts: [{ name: certificates, mountPath: /etc/ca }] }]
`,
    spec,
  );
  const executor = JSON.parse(await readFile(join(it.folderOf(spec), 'executor.json'), 'utf8'));
  for (const pod of [it.fake.pods()[0], executor]) {
    expect(pod.metadata).toMatchObject({
      labels: { team: 'a', 'emberlab.io/session': '1' },
      annotations: { 'example.org/x': 'y' },
    });
    expect(pod.spec).toMatchObject({
      nodeSelector: { pool: 'spark', disk: 'fast' },
      tolerations: [{ key: 'spark' }],
      securityContext: { fsGroup: 2000, seccompProfile: { type: 'RuntimeDefault' } },
      volumes: [{ name: 'data' }, { name: 'tmp' }, { name: 'certificates' }],
    });
    expect(pod.spec.containers[0].command[0]).toBe('/bin/sh');
    expect(pod.spec.containers[0].securityContext.allowPrivilegeEscalation).toBe(false);
    expect(pod.spec.containers[0].env.at(-1)).toEqual({ name: 'LC_ALL', value: 'C' });
    expect(pod.spec.containers[0].volumeMounts.at(-1)).toEqual({ name: 'certificates', mountPath: '/etc/ca' });
  }
  const volume = 'volumes: [{ name: a, emptyDir: {} }]';
  for (const [text, sentence] of [
    ['spec: { hostNetwork: true }', 'spec.hostNetwork is not a template’s to set'],
    ['spec: { serviceAccountName: admin }', 'spec.serviceAccountName is not'],
    ['spec: { containers: [{ command: [id] }] }', 'spec.containers.0.command is not'],
    ['spec: { containers: [{ securityContext: { privileged: true } }] }', 'spec.containers.0.securityContext is not'],
    ['spec: { securityContext: { runAsUser: 0 } }', 'spec.securityContext.runAsUser is not'],
    ['metadata: { labels: { emberlab.io/session: "9" } }', 'metadata.labels is not'],
    ['spec: { volumes: [{ name: data, emptyDir: {} }] }', 'spec.volumes.0.name is not'],
    ['spec: { containers: [{ env: [{ name: SPARK_HOME, value: /x }] }] }', 'spec.containers.0.env.0.name is not'],
    [
      `spec: { ${volume}, containers: [{ volumeMounts: [{ name: a, mountPath: ${it.dataDir}/sessions }] }] }`,
      'nothing else is mounted at',
    ],
    [
      `spec: { ${volume}, containers: [{ volumeMounts: [{ name: a, mountPath: / }] }] }`,
      'nothing else is mounted at /',
    ],
    ['spec: { containers: [{ volumeMounts: [{ name: a, mountPath: /a }] }] }', 'it has no volume a'],
    ['a: [', 'it is no YAML'],
  ] as const)
    expect(await launched(text)).toMatch(sentence);
  expect(it.fake.pods()).toHaveLength(1);
});

test('what the cluster refuses is a sentence, and leaves nothing but the folder', async () => {
  await using it = await fixture();
  const spec = it.spec('obey');
  const launched = () => it.engine.launch(spec).catch((error: Error) => error.message);
  it.fake.state.refuse = refused(403, 'pods "x" is forbidden: exceeded quota: team, requested: pods=1');
  expect(await launched()).toMatch(/^The namespace spark has reached its quota, so there is no room for the driver/);
  expect(await readdir(it.folderOf(spec))).not.toContain('start');
  it.fake.state.refuse = refused(403, 'pods is forbidden: User "x" cannot create');
  expect(await launched()).toMatch(/^Emberlab may not (?:start|look for) Pods in the namespace spark/);
  it.fake.state.refuse = new Error('connect ECONNREFUSED 10.0.0.1:6443');
  expect(await launched()).toMatch(/^The Kubernetes cluster does not answer: connect ECONNREFUSED/);
});

test('a cluster that is away has ended nothing', async () => {
  await using it = await fixture();
  const spec = it.spec('obey');
  const { handle } = await it.engine.launch(spec);
  it.fake.state.refuse = new Error('connect ECONNREFUSED');
  const later = it.restarted();
  expect(await later.isAlive(handle)).toBe(true);
  await expect(later.kill(handle)).rejects.toThrow('The Kubernetes cluster does not answer');
  await expect(later.find(spec.sessionId)).rejects.toThrow('The Kubernetes cluster does not answer');
});

test('a Pod without Spark says so where the cluster tells it on', async () => {
  await using it = await fixture({ sparkInImage: '/nowhere' });
  const spec = it.spec('obey');
  const { exited } = await it.engine.launch(spec);
  expect(await exited).toEqual({ code: 127, signal: null });
});

test('what a cluster has is the quota of its namespace, else its nodes', async () => {
  await using it = await fixture();
  await it.engine.launch(it.spec('obey', { 'spark.driver.cores': '2', 'spark.driver.memory': '1g' }));
  const nodeWith = (ready: string): V1Node => ({
    metadata: { name: `node-${ready}` },
    status: { allocatable: { cpu: '3900m', memory: '8Gi' }, conditions: [{ type: 'Ready', status: ready }] },
  });
  it.fake.state.nodes = [nodeWith('True'), nodeWith('False')];
  Object.assign(it.fake.pods()[0]?.spec ?? {}, { nodeName: 'node-True' });
  expect(await it.capacity()).toEqual({
    problem: null,
    workers: 1,
    cores: { total: 3.9, used: 0.2 },
    memoryBytes: { total: 8 * 1024 ** 3, used: 1434 * 1024 ** 2 },
    waiting: 0,
  });
  const quota: V1ResourceQuota = {
    status: {
      hard: { 'limits.cpu': '2', 'requests.memory': '4Gi' },
      used: { 'limits.cpu': '500m', 'requests.memory': '1Gi' },
    },
  };
  it.fake.state.quotas = [quota];
  expect(await it.capacity()).toMatchObject({ cores: { total: 2, used: 0.5 }, memoryBytes: { total: 4 * 1024 ** 3 } });
  it.fake.state.nodes = [];
  expect((await it.capacity())?.problem).toMatch(/^No node of the Kubernetes cluster takes Pods now/);
  it.fake.state.refuse = refused(403, 'forbidden');
  expect(await it.capacity()).toBeNull();
  it.fake.state.refuse = new Error('connect ECONNREFUSED');
  expect((await it.capacity())?.problem).toMatch(/does not answer/);
});
