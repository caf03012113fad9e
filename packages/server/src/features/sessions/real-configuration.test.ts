import { execFile } from 'node:child_process';
import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { defaultConfiguration, effectiveProperties, sessionBody, type SparkConfiguration } from '@emberlab/contract';
import { expect, test } from 'vitest';
import { localFacts } from '../../engines/local/properties.ts';
import { realSpark } from '../../testing/real-spark.ts';
import { createRealRig, hasSpark, smallCluster } from './testing/real-rig.ts';

const patient = { timeout: 180_000, interval: 50 };

/** Files of a project, one for each field that names some. */
async function makeFiles(projectFolder: string): Promise<void> {
  const folder = join(projectFolder, 'Resources');
  await mkdir(folder, { recursive: true });
  const put = (name: string, text: string) => writeFile(join(folder, name), text);
  const zip = (name: string, ...files: string[]) =>
    promisify(execFile)(realSpark?.python ?? '', ['-m', 'zipfile', '-c', name, ...files], { cwd: folder });
  await put('own_module.py', 'def word():\n    return "from a Python file"\n');
  await put('own_package.py', 'WORD = "from a zip"\n');
  await zip('packages.zip', 'own_package.py');
  await rm(join(folder, 'own_package.py'));
  await put('words.txt', 'from a file');
  await put('resource.txt', 'from a jar');
  await zip('resources.jar', 'resource.txt');
  await put('page.txt', 'from an archive');
  await zip('pages.zip', 'page.txt');
}

const wanted: SparkConfiguration = {
  ...defaultConfiguration,
  driverMemoryMb: 700,
  executorMemoryMb: 512,
  executors: { mode: 'dynamic', min: 1, max: 1, initial: 1 },
  jars: ['Resources/resources.jar'],
  pyFiles: ['Resources/own_module.py', 'Resources/packages.zip'],
  files: ['Resources/words.txt'],
  archives: ['Resources/pages.zip#pages'],
  properties: '# for others to read\nspark.hadoop.fs.permissions.umask-mode=0027\nsql.shuffle.partitions=3',
};

/** Python that reads all of them, on the driver and in a task. */
const reading = `
import json, os
from pyspark import SparkFiles
def seen(_=None):
    import own_module, own_package
    words = [own_module.word(), own_package.WORD]
    words.append(open(SparkFiles.get("words.txt")).read())
    words.append(open(os.path.join(SparkFiles.get("pages"), "page.txt")).read())
    return words
resource = spark._jvm.java.lang.Thread.currentThread().getContextClassLoader().getResourceAsStream("resource.txt")
jar = spark._jvm.java.util.Scanner(resource).nextLine()
print(json.dumps({
    "driver": seen(),
    "task": sc.parallelize([1], 1).map(seen).collect()[0],
    "jar": jar,
    "conf": dict(sc.getConf().getAll()),
    "apart": sc.parallelize([1], 1).map(lambda _: os.environ.get("SPARK_EXECUTOR_DIRS") is not None).collect()[0],
}))`;

/** Python that writes a file on the driver and in a task, and has Spark write some. */
const writing = `
import os
def write(name):
    os.mkdir(name)
    with open(name + "/file", "w") as file: file.write("x")
root = os.getcwd()
write(root + "/by_driver")
sc.parallelize([root + "/by_task"], 1).foreach(write)
spark.range(3).write.parquet(root + "/by_spark")`;

test.skipIf(!hasSpark).each([
  ['local[*]', undefined],
  ['local-cluster[1,1,1024]', smallCluster],
] as const)(
  'what a configuration says arrives, with master %s: files, properties, and the mask of files by Spark and by Python',
  { timeout: 400_000 },
  async (sparkMaster, spark) => {
    await using rig = await createRealRig(spark === undefined ? {} : { spark });
    await makeFiles(rig.projectFolder);
    const body = { kind: 'pyspark', ...sessionBody(wanted, rig.projectFolder) };
    expect((await rig.call('POST', '/sessions', { body })).status).toBe(201);
    await expect
      .poll(async () => (await rig.call('GET', '/sessions/1/state')).body.state, patient)
      .not.toBe('starting');
    const { state, log } = (await rig.call('GET', '/sessions/1')).body;
    expect([state, log]).toEqual(['idle', expect.any(Array)]);
    const run = async (code: string): Promise<string> => {
      const { id } = (await rig.call('POST', '/sessions/1/statements', { body: { code } })).body;
      const path = `/sessions/1/statements/${id}`;
      await expect.poll(async () => (await rig.call('GET', path)).body.state, patient).toBe('available');
      const { output } = (await rig.call('GET', path)).body;
      if (output.status !== 'ok') throw new Error(`${output.ename}: ${output.evalue}`);
      return output.data['text/plain'];
    };

    const seen = JSON.parse(await run(reading)) as Record<string, unknown> & { conf: Record<string, string> };
    const words = ['from a Python file', 'from a zip', 'from a file', 'from an archive'];
    expect(seen).toMatchObject({ driver: words, task: words, jar: 'from a jar', apart: spark !== undefined });

    // The table that people look at before the start says what Spark has got.
    const facts = localFacts({ sparkMaster });
    const platform = facts.platformProperties({
      projectFolder: rig.projectFolder,
      properties: { 'spark.driver.cores': '1' },
    });
    const effective = effectiveProperties(wanted, { projectFolder: rig.projectFolder, platform });
    expect(effective.filter(({ name }) => seen.conf[name] === undefined)).toEqual([]);
    // Spark writes paths as addresses, and what the platform pins is described where it differs from driver to driver.
    const exact = effective.filter(({ value, from }) => from !== 'pinned' && value?.includes('/Resources/') === false);
    expect(exact.length).toBeGreaterThan(10);
    expect(exact.map(({ name }) => [name, seen.conf[name]])).toEqual(exact.map(({ name, value }) => [name, value]));
    expect(facts.place.executors).toBe(spark !== undefined);

    await run(writing);
    for (const name of ['by_driver', 'by_task', 'by_spark']) {
      const folder = join(rig.projectFolder, name);
      const modes = [await modeOf(folder)];
      for (const file of await readdir(folder)) modes.push(await modeOf(join(folder, file)));
      expect([name, ...new Set(modes)]).toEqual([name, '750', '640']);
    }
    await rig.call('DELETE', '/sessions/1');
    expect(rig.errors).toEqual([]);
  },
);

const modeOf = async (path: string): Promise<string> => ((await stat(path)).mode & 0o777).toString(8);
