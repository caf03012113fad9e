import { existsSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from './config.ts';
import { createClassArchive } from './engines/local/class-archive.ts';
import { systemClock } from './lib/clock.ts';
import type { Log } from './lib/log.ts';

const repository = join(import.meta.dirname, '../../..');

/** What members' processes have to reach on this machine besides the data folder, and what all of them read of it. */
export function sharedWithMembers(
  config: Pick<Config, 'engines' | 'paths' | 'sparkrLibrary'>,
  spark: { readonly sparkHome: string; readonly javaHome: string | null },
) {
  const agent = join(repository, 'driver/emberlab_driver');
  const jupyter = join(repository, 'jupyter');
  const others = config.engines.map((engine) => engine.spark_home);
  const given = [spark.javaHome, config.sparkrLibrary, ...others].filter((path) => path !== null);
  return {
    needed: [config.paths.tools, spark.sparkHome, agent, jupyter, ...given],
    read: [
      join(agent, '__main__.py'),
      join(jupyter, 'lab/dist'),
      join(spark.sparkHome, 'bin/spark-submit'),
      ...given,
    ].filter((path) => existsSync(path)),
  };
}

/**
 * Spark on this machine, and the archive of its classes. Links are followed once, at the start: what runs keeps its version while another is set up, and
 * the JVM compares a class path by its words.
 */
export async function createLocalSpark(config: Config, log: Log) {
  const followed = (path: string) => realpath(path).catch(() => path);
  const spark = {
    clock: systemClock,
    sparkHome: await followed(config.sparkHome),
    javaHome: config.javaHome,
    driverJavaOptions: config.driverJavaOptions,
    environment: process.env,
  };
  const folder = join(await followed(config.paths.tools), 'class-archives');
  return { spark, classArchive: createClassArchive({ ...spark, log, folder, python: config.python }) };
}
