import { execFile } from 'node:child_process';
import { mkdir, readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { sessionMembers } from '../../../engines/local/processes.ts';
import { createRealRig, hasSpark } from '../testing/real-rig.ts';
import type { Rig } from '../testing/rig.ts';

const run = promisify(execFile);

const small = { driverMemory: '512m', driverCores: 1, conf: { 'spark.sql.shuffle.partitions': 1 } };

const patient = { timeout: 200_000, interval: 100 };

const create = async (rig: Rig, body: Record<string, unknown>): Promise<number> => {
  const { status, body: batch } = await rig.call('POST', '/batches', { body: { ...small, ...body } });
  expect([status, batch.state]).toEqual([201, 'starting']);
  return batch.id;
};

const stateOf = async (rig: Rig, id: number): Promise<string> =>
  (await rig.call('GET', `/batches/${id}/state`)).body.state;

const logOf = async (rig: Rig, id: number): Promise<string> =>
  (await rig.call('GET', `/batches/${id}/log?size=-1`)).body.log.join('\n');

/** Waits for the end, and answers how it was. */
async function ended(rig: Rig, id: number): Promise<string> {
  await expect.poll(() => stateOf(rig, id), patient).toMatch(/^(success|dead|killed)$/);
  return stateOf(rig, id);
}

/** The leader of a batch's processes. */
async function leaderOf(rig: Rig, id: number) {
  const row = await rig.db.selectFrom('batches').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
  return { pid: row.pid ?? 0, startTicks: row.start_ticks ?? '' };
}

/** The JVM of a batch: the one of its processes that runs Java. */
async function jvmOf(rig: Rig, id: number): Promise<number> {
  for (const pid of sessionMembers(await leaderOf(rig, id))) {
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (command.split('\0')[0]?.endsWith('/java') === true && command.includes('SparkSubmit')) return pid;
  }
  throw new Error('no JVM');
}

describe.skipIf(!hasSpark)('with a real Spark', () => {
  test(
    'a Python batch gets its arguments, files and conf, and writes into the project',
    { timeout: 600_000 },
    async () => {
      await using rig = await createRealRig();
      const at = (name: string) => join(rig.projectFolder, name);
      await mkdir(at('Resources'));
      await writeFile(at('numbers.txt'), '1\n2\n3\n');
      await writeFile(at('helper.py'), 'def double(n):\n    return 2 * n\n');
      await writeFile(
        at('job.py'),
        `import sys
from pyspark import SparkFiles
from pyspark.sql import SparkSession
from helper import double
spark = SparkSession.builder.getOrCreate()
numbers = [int(line) for line in open(SparkFiles.get('numbers.txt'))]
print('arguments', sys.argv[1:])
print('application', spark.sparkContext.appName, spark.sparkContext.master, spark.conf.get('spark.test.colour'))
spark.createDataFrame([(double(n),) for n in numbers], 'n int').coalesce(1).write.parquet('Resources/doubled')
print('read', sorted(row.n for row in spark.read.parquet('Resources/doubled').collect()))
`,
      );
      const id = await create(rig, {
        file: at('job.py'),
        args: [1, true, 'x y', '', '--conf', '$(id)', 'č🙂'],
        files: [at('numbers.txt')],
        pyFiles: [at('helper.py')],
        name: 'doubler',
        conf: { ...small.conf, 'spark.test.colour': 'red' },
      });
      const seen = new Set<string>();
      await expect
        .poll(async () => {
          const state = await stateOf(rig, id);
          seen.add(state);
          return state;
        }, patient)
        .toMatch(/^(success|dead)$/);
      const log = await logOf(rig, id);
      expect([log, [...seen].at(-1)]).toEqual([log, 'success']);
      expect([...seen].filter((state) => !['starting', 'running', 'success'].includes(state))).toEqual([]);
      expect(log).toContain("arguments ['1', 'true', 'x y', '', '--conf', '$(id)', 'č🙂']");
      expect(log).toContain('application doubler local[1] red');
      expect(log).toContain('read [2, 4, 6]');
      const written = (await readdir(at('Resources/doubled'))).find((name) => name.endsWith('.parquet')) ?? '';
      expect((await stat(at(join('Resources/doubled', written)))).mode & 0o777).toBe(0o660);
      expect((await stat(at('Resources/doubled'))).mode & 0o777).toBe(0o770);
      expect(sessionMembers(await leaderOf(rig, id))).toEqual([]);
      expect(await readdir(join(rig.folder, 'batches', String(id)))).not.toContain('spark.properties');

      // one that fails
      await writeFile(at('fails.py'), "import sys\nprint('before')\nraise ValueError('no such column: price')\n");
      const failing = await create(rig, { file: at('fails.py') });
      expect(await ended(rig, failing)).toBe('dead');
      const { log: tail } = (await rig.call('GET', `/batches/${failing}`)).body;
      expect(tail.at(-1)).toBe(
        'emberlab: The Spark driver ended with exit code 1. Its log says: ValueError: no such column: price',
      );
      expect(await logOf(rig, failing)).toContain('ValueError: no such column: price');
      expect(rig.errors).toEqual([]);
    },
  );

  test('a jar runs with its class, and by its manifest', { timeout: 600_000 }, async () => {
    await using rig = await createRealRig();
    const build = join(rig.folder, 'build');
    await mkdir(join(build, 'org/example'), { recursive: true });
    await writeFile(
      join(build, 'org/example/Count.java'),
      `package org.example;
import org.apache.spark.sql.SparkSession;
public class Count {
  public static void main(String[] args) {
    SparkSession spark = SparkSession.builder().getOrCreate();
    System.out.println(args[0] + " " + spark.range(Long.parseLong(args[1])).count());
    spark.stop();
  }
}
`,
    );
    const jar = join(rig.projectFolder, 'count.jar');
    const plain = join(rig.projectFolder, 'plain.jar');
    await run('javac', [
      '-cp',
      `${process.env['EMBERLAB_TEST_SPARK_HOME']}/jars/*`,
      '-d',
      build,
      join(build, 'org/example/Count.java'),
    ]);
    await run('jar', ['--create', '--file', jar, '--main-class', 'org.example.Count', '-C', build, 'org']);
    await run('jar', ['--create', '--file', plain, '-C', build, 'org']);

    const named = await create(rig, { file: plain, className: 'org.example.Count', args: ['named', 11] });
    expect(await ended(rig, named)).toBe('success');
    expect(await logOf(rig, named)).toContain('named 11');
    const manifest = await create(rig, { file: jar, args: ['manifest', 12] });
    expect(await ended(rig, manifest)).toBe('success');
    expect(await logOf(rig, manifest)).toContain('manifest 12');
    // neither says which class
    const neither = await create(rig, { file: plain, args: ['x', 1] });
    expect(await ended(rig, neither)).toBe('dead');
    expect((await logOf(rig, neither)).split('\n').at(-1)).toMatch(
      /^emberlab: The Spark driver ended with exit code 1.*--class/,
    );
  });

  test(
    'a batch goes on while control is away; it leaves nothing when it is killed or deleted',
    { timeout: 600_000 },
    async () => {
      await using rig = await createRealRig();
      // It waits for a file before it ends, and keeps Python workers busy meanwhile.
      const job = (name: string) => `import os, sys, time
from pyspark.sql import SparkSession
spark = SparkSession.builder.getOrCreate()
path = sys.argv[1]
def wait(n):
    while not os.path.exists(path):
        time.sleep(0.05)
    return n
print('${name}', spark.sparkContext.parallelize([1, 2], 2).map(wait).sum())
`;
      const at = (name: string) => join(rig.projectFolder, name);
      await writeFile(at('job.py'), job('sum'));
      const applicationOf = async (id: number): Promise<string> => (await rig.call('GET', `/batches/${id}`)).body.appId;

      // control goes away while it runs; it ends meanwhile
      const id = await create(rig, { file: at('job.py'), args: [at('go1')] });
      await expect.poll(() => applicationOf(id), patient).toMatch(/^local-\d+$/);
      expect(await stateOf(rig, id)).toBe('running');
      await rig.app.close();
      await rig.sessions.close();
      await writeFile(at('go1'), '');
      await expect.poll(() => readdir(join(rig.folder, 'batches', String(id))), patient).toContain('exit');
      await rig.restart();
      expect(await ended(rig, id)).toBe('success');
      expect(await logOf(rig, id)).toContain('sum 3');

      // its JVM is killed
      const second = await create(rig, { file: at('job.py'), args: [at('never')] });
      await expect.poll(() => applicationOf(second), patient).toMatch(/^local-\d+$/);
      process.kill(await jvmOf(rig, second), 'SIGKILL');
      await expect.poll(() => stateOf(rig, second), { timeout: 5000 }).toBe('dead');
      expect((await logOf(rig, second)).split('\n').at(-1)).toMatch(/^emberlab: The Spark driver was killed;/);
      expect(sessionMembers(await leaderOf(rig, second))).toEqual([]);

      // it is deleted while its Python workers run
      const third = await create(rig, { file: at('job.py'), args: [at('never')] });
      await expect.poll(() => applicationOf(third), patient).toMatch(/^local-\d+$/);
      const leader = await leaderOf(rig, third);
      const workers = async () => {
        const commands = await Promise.all(
          sessionMembers(leader).map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')),
        );
        return commands.filter((command) => command.includes('pyspark.daemon') || command.includes('daemon.py')).length;
      };
      await expect.poll(workers, patient).toBeGreaterThan(0);
      expect((await rig.call('DELETE', `/batches/${third}`)).body).toEqual({ msg: 'deleted' });
      expect([await rig.deps.engine.isAlive(leader), sessionMembers(leader)]).toEqual([false, []]);
      expect((await rig.call('GET', `/batches/${third}`)).status).toBe(404);
      expect(rig.errors).toEqual([]);
    },
  );
});
