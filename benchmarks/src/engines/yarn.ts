import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hadoopHome, startHadoopCluster } from '../../../packages/server/src/testing/hadoop-cluster.ts';
import { until } from '../tools.ts';
import type { Place } from './place.ts';

const sizes = ['--driver-memory', '600m', '--executor-memory', '450m', '--num-executors', '1'];

/** A YARN and an HDFS of one machine. The bare spark-submit finds Spark on that machine, as the engine's settings say it of sessions. */
export async function yarn(sparkHome: string): Promise<Place> {
  if (hadoopHome === undefined) {
    throw new Error('EMBERLAB_TEST_HADOOP names no Hadoop. `./test clusters` makes one in build/test-hadoop.');
  }
  const cluster = await startHadoopCluster();
  const { confDir } = cluster;
  const bare = async (python: string): Promise<number> => {
    const folder = mkdtempSync(join(tmpdir(), 'emberlab-bare-'));
    try {
      const program = join(folder, 'bare.py');
      const there = join(folder, 'there');
      writeFileSync(
        program,
        `from pyspark.sql import SparkSession\nSparkSession.builder.getOrCreate().sparkContext\nopen(${JSON.stringify(there)}, 'w').close()\n`,
      );
      const conf = {
        'spark.yarn.jars': `local:${sparkHome}/jars/*`,
        'spark.yarn.appMasterEnv.PYSPARK_PYTHON': python,
        'spark.yarn.appMasterEnv.PYSPARK_DRIVER_PYTHON': python,
      };
      const words = Object.entries(conf).flatMap(([name, value]) => ['--conf', `${name}=${value}`]);
      const start = performance.now();
      const child = spawn(
        join(sparkHome, 'bin/spark-submit'),
        ['--master', 'yarn', '--deploy-mode', 'cluster', ...sizes, ...words, program],
        {
          env: { ...process.env, SPARK_HOME: sparkHome, HADOOP_CONF_DIR: confDir, HADOOP_USER_NAME: 'emberlab' },
          stdio: 'ignore',
        },
      );
      const ended = once(child, 'exit');
      await until(async () => existsSync(there) || child.exitCode !== null, Boolean);
      const seconds = existsSync(there) ? (performance.now() - start) / 1000 : Number.NaN;
      await ended;
      return seconds;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  };
  return {
    engine: { type: 'yarn', conf_dir: confDir, user: 'emberlab', spark_on_nodes: sparkHome, environments: 'shared' },
    body: { kind: 'pyspark', driverMemory: '600m', executorMemory: '450m', numExecutors: 1 },
    bare,
    [Symbol.asyncDispose]: () => cluster[Symbol.asyncDispose](),
  };
}
