import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { hasSparkR } from './spark-r.ts';

/** A Spark distribution with or without SparkR, and an R that has it among its own packages or not; null: no R. */
async function machine(options: { shipped: boolean; ownPackage: boolean | null }) {
  const folder = await mkdtemp(join(tmpdir(), 'ember-r-'));
  const sparkHome = join(folder, 'spark');
  const library = join(sparkHome, 'R/lib/SparkR');
  await mkdir(options.shipped ? library : sparkHome, { recursive: true });
  if (options.shipped) await writeFile(join(library, 'DESCRIPTION'), 'Package: SparkR\n');
  if (options.ownPackage !== null) {
    const answer = options.ownPackage ? 'TRUE' : 'FALSE';
    const script = `#!/bin/sh\nfor last; do :; done\n[ "$last" = 'cat(TRUE)' ] && printf TRUE || printf ${answer}\n`;
    await writeFile(join(folder, 'R'), script);
    await chmod(join(folder, 'R'), 0o755);
  }
  return {
    found: await hasSparkR({ sparkHome, environment: { PATH: folder } }),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

test.each([
  [{ shipped: true, ownPackage: false }, true],
  [{ shipped: false, ownPackage: true }, true],
  [{ shipped: false, ownPackage: false }, false],
  [{ shipped: true, ownPackage: null }, false],
])('%o → %s', async (options, expected) => {
  await using there = await machine(options);
  expect(there.found).toBe(expected);
});
