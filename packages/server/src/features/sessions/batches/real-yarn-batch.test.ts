import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startHadoopCluster } from '../../../testing/hadoop-cluster.ts';
import { rigOnYarn, withClusters } from '../testing/yarn-rig.ts';

const patient = { timeout: 180_000, interval: 200 };
const small = { driverMemory: '600m', executorMemory: '450m', numExecutors: 1 };

const program = `import os, sys, time
from pyspark.sql import SparkSession
from helper import double
spark = SparkSession.builder.getOrCreate()
numbers = [int(line) for line in open('numbers.txt')]
print('arguments', sys.argv[1:])
print('sum', spark.sparkContext.master, spark.sparkContext.parallelize(numbers, 2).map(double).sum())
while sys.argv[1] == 'wait' and not os.path.exists(sys.argv[2]):
    time.sleep(0.05)
if sys.argv[1] == 'fail':
    raise ValueError('no such column: price')
`;

test.skipIf(!withClusters)(
  'a batch runs on YARN with its files and arguments, goes on while control is away, and tells how it ended',
  { timeout: 600_000 },
  async () => {
    await using cluster = await startHadoopCluster();
    await using it = await rigOnYarn(cluster);
    const { rig } = it;
    const at = (name: string) => join(rig.projectFolder, name);
    await writeFile(at('numbers.txt'), '1\n2\n3\n');
    await writeFile(at('helper.py'), 'def double(n):\n    return 2 * n\n');
    await writeFile(at('the job.py'), program);
    const create = async (...args: string[]): Promise<number> => {
      const files = { files: [at('numbers.txt')], pyFiles: [at('helper.py')] };
      const body = { file: at('the job.py'), args, ...files, ...small };
      return (await rig.call('POST', '/batches', { body })).body.id;
    };
    const stateOf = async (id: number) => (await rig.call('GET', `/batches/${id}/state`)).body.state;
    const log = async (id: number): Promise<string> =>
      (await rig.call('GET', `/batches/${id}/log?size=-1`)).body.log.join('\n');

    const id = await create('wait', at('go'), '$(id) `id` {{HOME}}');
    await expect.poll(() => stateOf(id), patient).toBe('running');
    const application = (await rig.call('GET', `/batches/${id}`)).body.appId;
    expect(application).toMatch(/^application_\d+_\d+$/);
    expect(await log(id)).toContain(`emberlab: YARN has the program as ${application}.`);
    await rig.app.close();
    await rig.sessions.close();
    await writeFile(at('go'), '');
    await expect.poll(() => cluster.processes(application), patient).toEqual([]);
    await rig.restart();
    await expect.poll(() => stateOf(id), patient).toMatch(/^(success|dead)$/);
    expect(await log(id)).toContain(`arguments ['wait', '${at('go')}', '$(id) \`id\` {{HOME}}']`);
    expect(await log(id)).toContain('sum yarn 12');
    expect(await stateOf(id)).toBe('success');

    const failing = await create('fail');
    await expect.poll(() => stateOf(failing), patient).toBe('dead');
    expect((await log(failing)).split('\n').at(-1)).toBe(
      'emberlab: The Spark driver ended with exit code 1. Its log says: ValueError: no such column: price',
    );

    const deleted = await create('wait', at('never'));
    await expect.poll(() => stateOf(deleted), patient).toBe('running');
    await rig.call('DELETE', `/batches/${deleted}`);
    await expect.poll(() => cluster.processes(), patient).toEqual([]);
    expect(rig.errors).toEqual([]);
  },
);
