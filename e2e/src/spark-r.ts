import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** The library with SparkR that `./test` has made; null: there is none, and tests of R are skipped. */
export function testLibrary(): string | null {
  const library = process.env['EMBERLAB_TEST_R_LIBRARY'];
  return library !== undefined && existsSync(join(library, 'SparkR')) ? library : null;
}

/** Whether sessions of a platform under test can run R. */
export const hasSparkR = (): boolean => testLibrary() !== null && spawnSync('R', ['--version']).status === 0;
