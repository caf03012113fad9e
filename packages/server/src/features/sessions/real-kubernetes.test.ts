import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { request, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { V1Pod } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NamedEngine } from '../../engines/engine.ts';
import { createKubernetesEngine, type KubernetesEngineOptions } from '../../engines/kubernetes/engine.ts';
import { createTestNamespace } from '../../testing/kubernetes-namespace.ts';
import { hasNode, nodeNet, sparkImageName, startNode, type TestKubernetes } from '../../testing/minikubernetes.ts';
import { createApi } from './testing/api.ts';
import { passOn } from './testing/pass-on.ts';
import { createRealRig, hasSpark, realOptions } from './testing/real-rig.ts';

const patient = { timeout: 180_000, interval: 100 };
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

  /** A platform whose one engine is that cluster; the edge's part is played by what passes connections on. */
  async function fixture(settings: Partial<KubernetesEngineOptions> = {}) {
    const stack = new AsyncDisposableStack();
    const front = stack.use(await passOn(`${nodeNet}.0.1`));
    const place: { namespace: string } = { namespace: '' };
    let capacity: NamedEngine['capacity'] = async () => null;
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
          capacity = made.capacity;
          const named: NamedEngine = { name: 'pods', label: 'Pods', startsAhead: false, ...made };
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
      capacity: () => capacity(),
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

    await rig.restart();
    expect(await it.textOf(id, '2+2')).toBe('4');
    const application = await it.textOf(id, 'sc.applicationId');
    await rig.call('DELETE', `/sessions/${id}`);
    expect(await it.problemOf(id)).toBe('');
    expect(await space.pods()).toEqual([]);
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
