import { execFile } from 'node:child_process';
import { mkdtemp, readdir, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { startHadoopCluster } from '../../testing/hadoop-cluster.ts';
import { realSpark } from '../../testing/real-spark.ts';
import { rigOnYarn, withClusters } from './testing/yarn-rig.ts';

const run = promisify(execFile);
const patient = { timeout: 300_000, interval: 100 };
const small = { driverMemory: '600m', executorMemory: '450m', numExecutors: 1 };

/** An environment that has one package of its own; it goes with its last user. */
async function environment() {
  const folder = await mkdtemp(join(tmpdir(), 'ember-environment-'));
  await run(realSpark?.python ?? '', ['-m', 'venv', '--without-pip', join(folder, 'environment')]);
  const [version = ''] = await readdir(join(folder, 'environment/lib'));
  const packageFolder = join(folder, 'environment/lib', version, 'site-packages/greeting');
  await mkdir(packageFolder);
  await writeFile(join(packageFolder, '__init__.py'), "word = 'good morning'\n");
  return {
    python: join(folder, 'environment/bin/python'),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}

test.skipIf(!withClusters)(
  'what is installed in the project’s environment is there in the driver and in its executors, packed once',
  { timeout: 900_000 },
  async () => {
    await using cluster = await startHadoopCluster();
    await using made = await environment();
    await using it = await rigOnYarn(cluster, { packed: true, python: made.python });
    const { rig, steps } = it;
    const textOf = async (session: number, code: string): Promise<string> => {
      const statements = `/sessions/${session}/statements`;
      const path = `${statements}/${(await rig.call('POST', statements, { body: { code } })).body.id}`;
      await expect.poll(async () => (await rig.call('GET', path)).body.state, patient).toBe('available');
      const { output } = (await rig.call('GET', path)).body;
      return output.status === 'ok' ? output.data['text/plain'] : `${output.ename}: ${output.evalue}`;
    };
    const start = async (id: number) => {
      await rig.call('POST', '/sessions', { body: { kind: 'pyspark', ...small } });
      await expect.poll(async () => (await rig.call('GET', `/sessions/${id}/state`)).body.state, patient).toBe('idle');
    };
    await start(1);
    expect(steps).toContain('The project’s Python environment is packed for the cluster');
    expect(await textOf(1, 'import greeting, sys; (greeting.word, "emberlab-python" in sys.executable)')).toBe(
      "('good morning', True)",
    );
    const udf = `from pyspark.sql.functions import udf
@udf('string')
def told(n):
    import greeting, sys
    return greeting.word + str('emberlab-python' in sys.executable)
spark.range(1).select(told('id')).first()[0]`;
    // PySpark may warn beside it.
    expect(await textOf(1, udf)).toContain("'good morningTrue'");
    await rig.call('DELETE', '/sessions/1');
    await expect.poll(() => cluster.processes(), patient).toEqual([]);

    // Whoever comes later finds it there.
    await rig.restart();
    steps.length = 0;
    await start(2);
    expect(await textOf(2, 'import greeting; greeting.word')).toBe("'good morning'");
    expect(steps.filter((step) => /packed|brought/.test(step))).toEqual([]);
    await rig.call('DELETE', '/sessions/2');
    await expect.poll(() => cluster.processes(), patient).toEqual([]);
    expect(rig.errors).toEqual([]);
  },
);
