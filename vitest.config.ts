import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { UnsteadyTests } from './scripts/unsteady-tests.ts';

/** Files that are short to read and long to run. vitest goes by size where it has no record of former runs. */
const long = [/\/network-cut\.test\.ts$/, /\/real-batch\.test\.ts$/, /\/servers\/faults\.test\.ts$/];

/** Begins with what takes longest, so that no worker is left alone with it at the end. */
class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification) => long.some((pattern) => pattern.test(moduleId));
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

export default defineConfig({
  test: {
    projects: [
      'packages/contract',
      'packages/server',
      // The same once more on the other database, where there is a server for that.
      ...(process.env['EMBERLAB_TEST_POSTGRES'] === undefined ? [] : ['packages/server/vitest.postgres.config.ts']),
      'packages/web',
      'packages/cli',
      'packages/docs',
      'jupyter/lab',
      'benchmarks',
      'e2e',
    ],
    sequence: { sequencer: LongFirst },
    reporters: ['default', new UnsteadyTests()],
  },
});
