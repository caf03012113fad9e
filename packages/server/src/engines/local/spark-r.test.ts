import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { hasSparkR } from './spark-r.ts';

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
