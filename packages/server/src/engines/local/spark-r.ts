import { execFile } from 'node:child_process';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/**
 * What Spark is to start for its R workers on this machine, where Spark's home has no SparkR: it names a script of the package below its home and takes no other,
 * so the command is one of ours, which puts the right script in the place of the other. null: Spark's home has SparkR. `command`: what starts R there.
 */
export async function workerScript(options: {
  sparkHome: string;
  library: string;
  command: string;
}): Promise<string | null> {
  const own = join(options.sparkHome, 'R/lib');
  const hasOwn = await access(join(own, 'SparkR/DESCRIPTION')).then(
    () => true,
    () => false,
  );
  if (hasOwn) return null;
  return [
    '#!/bin/sh',
    '# Called by Spark as: worker --vanilla SPARK_HOME/R/lib/SparkR/worker/SCRIPT',
    `SPARKR_RLIBDIR=${shellWord(options.library)}`,
    'export SPARKR_RLIBDIR',
    'script="$2"',
    `exec ${shellWord(options.command)} "$1" "$SPARKR_RLIBDIR\${script#${shellWord(own)}}"`,
    '',
  ].join('\n');
}

const shellWord = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** R is asked where its packages are; so long may it take, ms. */
const askTimeoutMs = 10_000;

/**
 * Whether drivers on this machine can run R: there is an `R` on the `PATH`, and SparkR in one of `libraries` or among R's own packages. Asked anew
 * each time, because an administrator may install either while we run.
 */
export async function hasSparkR(options: {
  libraries: readonly string[];
  environment: Readonly<Record<string, string | undefined>>;
}): Promise<boolean> {
  const { libraries, environment } = options;
  const looks = await Promise.allSettled(libraries.map((library) => access(join(library, 'SparkR/DESCRIPTION'))));
  const given = looks.some(({ status }) => status === 'fulfilled');
  const question = given ? 'TRUE' : 'nzchar(system.file(package = "SparkR"))';
  try {
    // Its start-up files are read, as a driver's R reads them: they may name more libraries.
    const args = ['--no-save', '--no-restore', '--no-echo', '-e', `cat(${question})`];
    const env = { PATH: environment['PATH'], HOME: environment['HOME'], LC_ALL: 'C.UTF-8' };
    const { stdout } = await promisify(execFile)('R', args, { env, timeout: askTimeoutMs });
    return stdout.trim() === 'TRUE';
  } catch {
    return false;
  }
}
