import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { hasSparkR, workerScript } from './spark-r.ts';

/** A library with or without SparkR, and an R that has it among its own packages or not; null: no R. */
async function machine(options: { given: boolean; ownPackage: boolean | null }) {
  const folder = await mkdtemp(join(tmpdir(), 'ember-r-'));
  const library = join(folder, 'lib');
  await mkdir(join(library, 'SparkR'), { recursive: true });
  if (options.given) await writeFile(join(library, 'SparkR/DESCRIPTION'), 'Package: SparkR\n');
  if (options.ownPackage !== null) {
    const answer = options.ownPackage ? 'TRUE' : 'FALSE';
    const script = `#!/bin/sh\nfor last; do :; done\n[ "$last" = 'cat(TRUE)' ] && printf TRUE || printf ${answer}\n`;
    await writeFile(join(folder, 'R'), script);
    await chmod(join(folder, 'R'), 0o755);
  }
  return {
    found: await hasSparkR({ libraries: [join(folder, 'none'), library], environment: { PATH: folder } }),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

test.each([
  [{ given: true, ownPackage: false }, true],
  [{ given: false, ownPackage: true }, true],
  [{ given: false, ownPackage: false }, false],
  [{ given: true, ownPackage: null }, false],
])('%o → %s', async (options, expected) => {
  await using there = await machine(options);
  expect(there.found).toBe(expected);
});

test('R workers are started with the script of the library that has SparkR, by whatever names', async () => {
  const folder = await mkdtemp(join(tmpdir(), "ember r's "));
  await using _ = { [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
  const [sparkHome, library, command] = ['spark home', 'lib', 'R script'].map((name) => join(folder, name));
  await mkdir(sparkHome ?? '');
  await writeFile(command ?? '', '#!/bin/sh\nprintf "%s;" "$SPARKR_RLIBDIR" "$@"\n');
  await chmod(command ?? '', 0o755);
  const options = { sparkHome: sparkHome ?? '', library: library ?? '', command: command ?? '' };
  const script = join(folder, 'worker');
  await writeFile(script, (await workerScript(options)) ?? '', { mode: 0o700 });
  const { stdout } = await promisify(execFile)(script, ['--vanilla', `${sparkHome}/R/lib/SparkR/worker/daemon.R`]);
  expect(stdout).toBe(`${library};--vanilla;${library}/SparkR/worker/daemon.R;`);
  await mkdir(join(options.sparkHome, 'R/lib/SparkR'), { recursive: true });
  await writeFile(join(options.sparkHome, 'R/lib/SparkR/DESCRIPTION'), '');
  expect(await workerScript(options)).toBeNull();
});
