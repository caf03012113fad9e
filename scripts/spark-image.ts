import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, realpath, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { createInstaller, findProgram } from '../packages/server/src/setup/programs.ts';

const build = join(import.meta.dirname, '../e2e/clusters/spark-image/build');

/** Why no Pod can run on this machine, a sentence; null: they can. */
export function whyNoPods(): string | null {
  if (process.getuid?.() !== 0) return 'Pods run for root alone: their tests are left out.';
  if (!existsSync('/sys/fs/cgroup/memory/tasks')) {
    return 'Pods of the tests need cgroup version 1, which this machine does not have: their tests are left out.';
  }
  return null;
}

/**
 * The root of the image that drivers and executors of the tests run in, in a folder below `clusters`: made once in two minutes, and kept. Answers the folder, whose
 * name is that of what it was made from.
 */
export async function ensureSparkImage(
  clusters: string,
  sparkHome: string,
  must: (title: string, file: string, args: readonly string[]) => Promise<void>,
): Promise<string> {
  const home = await realpath(sparkHome);
  const key = createHash('sha256')
    .update(await readFile(build))
    .update(basename(home))
    .digest('hex')
    .slice(0, 12);
  const folder = join(clusters, `spark-image-${key}`);
  if (existsSync(join(folder, 'rootfs'))) return folder;
  if ((await findProgram('debootstrap')) === null) {
    await createInstaller(true).install(
      ['debootstrap'],
      'The image of the tests of Kubernetes needs debootstrap. Please install it, for example with: apt-get install debootstrap',
    );
  }
  await mkdir(clusters, { recursive: true });
  for (const name of await readdir(clusters)) {
    if (name.startsWith('spark-image-')) await rm(join(clusters, name), { recursive: true, force: true });
  }
  await must('The image with Spark', build, [folder, home]);
  return folder;
}
