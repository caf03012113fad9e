import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from './config.ts';
import { createClassArchive } from './engines/local/class-archive.ts';
import { systemClock } from './lib/clock.ts';
import type { Log } from './lib/log.ts';

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
