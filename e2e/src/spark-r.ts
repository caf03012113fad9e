import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Platform } from './platform.ts';

/** Whether there is R on this machine, and SparkR in the Spark distribution or among R's packages. Tests of R are skipped where there isn't. */
export function hasSparkR(platform: Pick<Platform, 'data'>): boolean {
  const { status, stdout } = spawnSync('R', ['--no-echo', '-e', 'cat(system.file(package = "SparkR"))']);
  const shipped = existsSync(join(platform.data, 'tools/spark/R/lib/SparkR'));
  return status === 0 && (shipped || stdout.toString().trim() !== '');
}
