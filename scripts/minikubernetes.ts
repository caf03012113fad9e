import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInstaller, findProgram } from '../packages/server/src/setup/programs.ts';

const source = join(import.meta.dirname, '../e2e/clusters/minikubernetes');

/** What a node needs of this machine. */
const packages = ['containerd', 'containernetworking-plugins', 'iptables', 'iproute2', 'openssl', 'procps'];

/** A build belongs to what it was made from. */
async function key(): Promise<string> {
  const hash = createHash('sha256');
  for (const name of (await readdir(source, { recursive: true })).toSorted()) {
    if (/\.(go|mod|sum)$/.test(name)) hash.update(name).update(await readFile(join(source, name)));
  }
  return hash.digest('hex').slice(0, 12);
}

/**
 * The Kubernetes of the tests, in a folder below `clusters`: built by Go once, which takes ten minutes, and kept. Installs what its node needs. Answers the
 * folder; throws a sentence where something is missing, so that no test is left out in silence.
 */
export async function ensureMinikubernetes(
  clusters: string,
  must: (title: string, file: string, args: readonly string[]) => Promise<void>,
): Promise<string> {
  if ((await findProgram('containerd')) === null || (await findProgram('iptables')) === null) {
    await createInstaller(true).install(
      packages,
      `The tests of Kubernetes need ${packages.join(', ')}. Please install them, for example with: apt-get install ${packages.join(' ')}`,
    );
  }
  const folder = join(clusters, `minikubernetes-${await key()}`);
  const stamp = join(folder, 'built');
  if (existsSync(stamp)) return folder;
  if ((await findProgram('go')) === null) {
    throw new Error(
      'Go is missing, and the tests of Kubernetes need it, 1.26 or newer. Please install it: https://go.dev/doc/install',
    );
  }
  await mkdir(clusters, { recursive: true });
  for (const name of await readdir(clusters)) {
    if (name.startsWith('minikubernetes-')) await rm(join(clusters, name), { recursive: true, force: true });
  }
  await must('Kubernetes for the tests', join(source, 'run'), [folder, 'build']);
  await writeFile(stamp, '');
  return folder;
}
