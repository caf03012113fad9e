import { writeFile } from 'node:fs/promises';
import { request, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { uiRequest } from '../../../engines/engine.ts';
import { hasNode, startNode, type TestKubernetes } from '../../../testing/minikubernetes.ts';
import { createKubernetesRig, patient } from '../testing/kubernetes-rig.ts';
import { hasSpark } from '../testing/real-rig.ts';
import { measure } from './spark-rest.ts';

/** They take minutes and root, and are a part of their own: `./test clusters`. */
describe.skipIf(!hasNode || !hasSpark)('programs on a Kubernetes that runs Pods', { timeout: 400_000 }, () => {
  let cluster: TestKubernetes;
  beforeAll(async () => {
    cluster = await startNode();
  }, 300_000);
  afterAll(async () => cluster[Symbol.asyncDispose](), 60_000);

  async function fixture() {
    const made = await createKubernetesRig(cluster);
    const { rig } = made;
    const small = {
      driverMemory: '600m',
      numExecutors: 1,
      executorMemory: '600m',
      conf: { 'spark.kubernetes.executor.request.cores': '100m', 'spark.driver.memoryOverhead': '300m' },
    };
    return {
      ...made,
      async run(program: string, args: string[] = []): Promise<number> {
        const file = join(rig.projectFolder, 'job.py');
        await writeFile(file, program);
        const { status, body } = await rig.call('POST', '/batches', { body: { ...small, file, args } });
        expect(status).toBe(201);
        return body.id as number;
      },
      stateOf: async (id: number): Promise<string> => (await rig.call('GET', `/batches/${id}/state`)).body.state,
      logOf: async (id: number): Promise<string> =>
        (await rig.call('GET', `/batches/${id}/log?size=-1`)).body.log.join('\n'),
    };
  }

  const session = 'from pyspark.sql import SparkSession\nspark = SparkSession.builder.getOrCreate()\n';
  const waits = 'import os, sys, time\nwhile not os.path.exists("go"): time.sleep(0.1)\n';

  it('runs a program with executors, shows its log and its Spark UI, and finds it again after a restart', async () => {
    await using it = await fixture();
    const { rig, space } = it;
    const said =
      "spark.sparkContext.parallelize([0], 1).foreach(lambda _: __import__('os').write(2, b'an executor\\n'))\n";
    const id = await it.run(
      `${session}print('sum', spark.range(10).rdd.map(lambda r: r.id).sum())\n${said}${waits}sys.exit(3)\n`,
    );
    await expect.poll(() => it.logOf(id), patient).toMatch(/^sum 45$/m);
    await expect.poll(() => it.stateOf(id), patient).toBe('running');
    const ui = await it.engine()?.batches.uiOf(id);
    if (ui === null || ui === undefined) throw new Error('it has no Spark UI');
    const asked = request({ ...uiRequest(ui), path: '/jobs/' }).end();
    const [page] = (await once(asked, 'response')) as [IncomingMessage];
    expect(await text(page)).toMatch(/<title>.*Spark Jobs<\/title>/);
    const application = (await it.engine()?.batches.applicationOf(id)) ?? '';
    expect(await measure(ui, application, 1)).toMatchObject({ metrics: { executors: 1 }, executors: [{ id: '1' }] });
    await rig.restart();
    expect(await it.stateOf(id)).toBe('running');
    await writeFile(join(rig.projectFolder, 'go'), '');
    await expect.poll(() => it.stateOf(id), patient).toBe('dead');
    expect(await it.logOf(id)).toContain('sum 45');
    const executorLog = await rig.deps.engine.batches.executorLogs.find(id, '1', 'stderr');
    expect(executorLog).not.toBeNull();
    await expect.poll(() => space.pods(), patient).toEqual([]);
    expect(await space.others()).toEqual([]);
    expect(await rig.deps.engine.batches.eventLogs.applications(id)).toEqual([application]);
    expect(rig.errors).toEqual([]);
  });

  it('says why one ended: its own code, its memory, and who deleted it; a kill leaves nothing', async () => {
    await using it = await fixture();
    const { rig, space } = it;
    const problem = async (id: number) =>
      (await rig.db.selectFrom('batches').select('problem').where('id', '=', id).executeTakeFirst())?.problem;
    const greedy = await it.run("x = bytearray(b'x') * 3_000_000_000\n");
    await expect.poll(() => it.stateOf(greedy), patient).toBe('dead');
    expect(await problem(greedy)).toMatch(/memory ran out: the limit is 900 MB/);
    const lost = await it.run(`print('here', flush=True)\n${waits}`);
    await expect.poll(() => it.logOf(lost), patient).toMatch(/^here$/m);
    const [pod] = await space.pods();
    await space.api.deleteNamespacedPod({ namespace: space.namespace, name: pod?.metadata?.name ?? '' });
    await expect.poll(() => it.stateOf(lost), patient).toBe('dead');
    expect(await problem(lost)).toMatch(/was deleted, and not by Emberlab/);
    const stopped = await it.run(`${session}print('here', flush=True)\n${waits}`);
    await expect.poll(() => it.logOf(stopped), patient).toMatch(/^here$/m);
    expect((await rig.call('DELETE', `/batches/${stopped}`)).status).toBe(200);
    await expect.poll(() => space.pods(), patient).toEqual([]);
    expect(rig.errors).toEqual([]);
  });
});
