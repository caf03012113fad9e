import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInstaller, findProgram } from '../packages/server/src/setup/programs.ts';

const suite = 'bookworm';
const mirror = 'http://deb.debian.org/debian';
/** What servers need of an image: `sh` and `env` are there, and Python is the tests' own environments' with these libraries. */
const packages = ['python3'];

/** An image belongs to what it was made from; the number goes up with what is done below. */
const key = createHash('sha256')
  .update(JSON.stringify([suite, packages, 1]))
  .digest('hex')
  .slice(0, 12);

/**
 * The images of the tests of Docker, in a folder below `clusters`: made by debootstrap once, which takes two minutes, and kept. Installs the engine. Answers the
 * folder; throws a sentence where something is missing, so that no test is left out in silence.
 */
export async function ensureDockerImage(
  clusters: string,
  must: (title: string, file: string, args: readonly string[]) => Promise<void>,
): Promise<string> {
  for (const [program, name] of [
    ['dockerd', 'docker.io'],
    ['debootstrap', 'debootstrap'],
  ] as const) {
    if ((await findProgram(program)) !== null) continue;
    await createInstaller(true).install(
      [name],
      `${name} is missing, and the tests of Docker need it. Please install it, for example with: apt-get install ${name}`,
    );
  }
  const folder = join(clusters, `docker-${key}`);
  const stamp = join(folder, 'made');
  if (existsSync(stamp)) return folder;
  await mkdir(clusters, { recursive: true });
  for (const name of await readdir(clusters)) {
    if (name.startsWith('docker-')) await rm(join(clusters, name), { recursive: true, force: true });
  }
  const root = join(folder, 'root');
  await mkdir(folder);
  const wanted = ['--variant=minbase', `--include=${packages.join()}`, suite, root, mirror];
  await must('Debian for containers', 'debootstrap', wanted);
  // A Python that the tests are given may lie below it.
  await chmod(join(root, 'root'), 0o711);
  await must('Its image', 'tar', ['-C', root, '-cf', join(folder, 'image.tar'), '--exclude=./dev/*', '.']);
  await rm(root, { recursive: true, force: true });
  await mkdir(join(folder, 'empty/etc'), { recursive: true });
  await writeFile(join(folder, 'empty/etc/nothing'), '');
  await must('An empty image', 'tar', ['-C', join(folder, 'empty'), '-cf', join(folder, 'empty.tar'), '.']);
  await writeFile(stamp, '');
  return folder;
}
