import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { request, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { V1Pod } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KubernetesEngineOptions } from '../../engines/kubernetes/engine.ts';
import { hasNode, startNode, type TestKubernetes } from '../../testing/minikubernetes.ts';
import { createApi } from './testing/api.ts';
import { createKubernetesRig, patient } from './testing/kubernetes-rig.ts';
import { hasSpark } from './testing/real-rig.ts';

const phaseOf = (part: string, pods: readonly V1Pod[]) =>
  pods
    .filter(({ metadata }) => metadata?.labels?.['app.kubernetes.io/component'] === part)
    .map(({ status }) => status?.phase);

/** They take minutes and root, and are a part of their own: `./test clusters`. */
describe.skipIf(!hasNode || !hasSpark)('on a Kubernetes that runs Pods', { timeout: 400_000 }, () => {
  let cluster: TestKubernetes;
  beforeAll(async () => {
    cluster = await startNode();
  }, 300_000);
  afterAll(async () => cluster[Symbol.asyncDispose](), 60_000);
  const fixture = (settings: Partial<KubernetesEngineOptions> = {}) => createKubernetesRig(cluster, settings);

  it('runs a session in Pods, which outlives a restart, shows its log and its Spark UI, and leaves nothing there', async () => {
    await using it = await fixture();
    const { rig, space } = it;
    await writeFile(join(rig.projectFolder, 'numbers.txt'), '1\n2\n3\n');
    const id = await it.start({ 'spark.hadoop.fs.s3a.secret.key': 'a-password' }, { executorMemory: '600m' });
    await expect.poll(() => it.stateOf(id), patient).toBe('idle');
    expect(await it.textOf(id, '(sc.master, sc.parallelize(range(10), 2).map(lambda n: n + 1).sum())')).toBe(
      "('k8s://https://kubernetes.default.svc', 55)",
    );
    const manifests = JSON.stringify(await space.pods());
    expect(phaseOf('spark-executor', await space.pods())).toEqual(['Running']);
    const secret = await readFile(join(rig.folder, 'sessions', String(id), 'executors/secret'), 'utf8');
    for (const word of ['a-password', secret]) expect(manifests).not.toContain(word);
    // Files of the project are those that everybody else has.
    expect(await it.textOf(id, `spark.read.text('${rig.projectFolder}/numbers.txt').count()`)).toBe('3');
    await it.textOf(id, `spark.range(3).write.parquet('${rig.projectFolder}/out')`);
    expect(await it.textOf(id, "open('numbers.txt').read()")).toBe(String.raw`'1\n2\n3\n'`);

    await it.textOf(id, "import sys; sc._jvm.java.lang.System.err.println('a line of the log')");
    const log = () => readFile(join(rig.folder, 'sessions', String(id), 'stderr.log'), 'utf8');
    expect(await log()).toContain('a line of the log');
    const [target] = rig.targets.values();
    const headers = { ...target?.headers, host: 'ui.localhost' };
    const asked = request({ socketPath: target?.socketPath, path: '/jobs/', headers }).end();
    const [page] = (await once(asked, 'response')) as [IncomingMessage];
    expect(await text(page)).toMatch(/<title>.*Spark Jobs<\/title>/);
    expect(await it.capacity()).toMatchObject({ problem: null, workers: 1, waiting: 0 });

    await it.textOf(
      id,
      "sc.parallelize([0], 1).foreach(lambda _: __import__('os').write(2, b'said by an executor\\n'))",
    );
    await using api = await createApi(rig);
    const { items } = (await api.call('GET', `/sessions/${id}/executors`)).body;
    expect(items).toMatchObject([{ id: '1', active: true, logs: ['stdout', 'stderr'] }]);
    const executorLog = async () => (await api.call('GET', `/sessions/${id}/executors/1/log`)).text;
    await expect.poll(executorLog, patient).toMatch(/^said by an executor$/m);

    await rig.restart();
    expect(await it.textOf(id, '2+2')).toBe('4');
    const application = await it.textOf(id, 'sc.applicationId');
    await rig.call('DELETE', `/sessions/${id}`);
    expect(await it.problemOf(id)).toBe('');
    expect(await space.pods()).toEqual([]);
    expect(await space.others()).toEqual([]);
    await using later = await createApi(rig);
    expect((await later.call('GET', `/sessions/${id}/executors`)).body.items).toMatchObject([
      { id: '1', active: false },
    ]);
    expect((await later.call('GET', `/sessions/${id}/executors/1/log`)).text).toMatch(/^said by an executor$/m);
    expect(await rig.deps.engine.eventLogs.applications(id)).toEqual([application.replaceAll("'", '')]);
    expect(rig.errors).toEqual([]);
  });

  it('says what a driver waits for, and why one ended that the cluster has ended', async () => {
    await using it = await fixture();
    await using api = await createApi(it.rig);
    const large = await it.start({}, { driverMemory: '200g' });
    await expect
      .poll(async () => (await api.call('GET', `/sessions/${large}`)).body.waiting, patient)
      .toMatch(/has no place for the driver yet: .*Insufficient memory/);
    await it.rig.call('DELETE', `/sessions/${large}`);

    const greedy = await it.start({ 'spark.driver.memoryOverhead': '200m' });
    await expect.poll(() => it.stateOf(greedy), patient).toBe('idle');
    await it.rig.call('POST', `/sessions/${greedy}/statements`, {
      body: { code: "x = bytearray(b'x') * 2_000_000_000" },
    });
    expect(await it.problemOf(greedy)).toMatch(/memory ran out: the limit is 800 MB/);

    const lost = await it.start();
    await expect.poll(() => it.stateOf(lost), patient).toBe('idle');
    const { api: cluster, namespace } = it.space;
    await cluster.deleteNamespacedPod({ namespace, name: (await it.driver())?.metadata?.name ?? '' });
    expect(await it.problemOf(lost)).toBe('The Pod of the driver was deleted, and not by Emberlab.');
    await expect.poll(() => it.space.pods(), patient).toEqual([]);
    expect(it.rig.errors).toEqual([]);
  });

  it('ends at once what nothing will bring', async () => {
    await using it = await fixture({ image: 'localhost/Nothing:1' });
    expect(await it.problemOf(await it.start())).toMatch(/localhost\/Nothing:1 has no name that images can have/);
    await using noAccount = await fixture({ serviceAccount: 'nobody' });
    expect(await noAccount.problemOf(await noAccount.start())).toMatch(/may not start Pods.*nobody/);
    await using noSpark = await fixture({ sparkInImage: '/opt/nothing' });
    expect(await noSpark.problemOf(await noSpark.start())).toMatch(/there is no Spark in \/opt\/nothing of the image/);
  });

  it('has as many executors as there is work', async () => {
    await using it = await fixture();
    const id = await it.start({
      'spark.dynamicAllocation.enabled': 'true',
      'spark.dynamicAllocation.maxExecutors': '1',
      'spark.dynamicAllocation.executorIdleTimeout': '2s',
      'spark.executor.memory': '600m',
    });
    await expect.poll(() => it.stateOf(id), patient).toBe('idle');
    expect(await it.textOf(id, 'sc.parallelize(range(10), 2).sum()')).toBe('45');
    await expect.poll(async () => phaseOf('spark-executor', await it.space.pods()), patient).toEqual([]);
    expect(await it.textOf(id, 'sc.parallelize(range(10), 2).sum()')).toBe('45');
    await it.rig.call('DELETE', `/sessions/${id}`);
    expect(await it.problemOf(id)).toBe('');
  });
});
