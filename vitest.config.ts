import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { UnsteadyTests } from './scripts/unsteady-tests.ts';

/** Files that run for longer than their size tells, the longest first. vitest goes by size where it has no record of former runs. */
const long = [
  'e2e/src/first-notebook',
  'e2e/src/faults',
  'e2e/src/examples',
  'e2e/src/network-cut',
  'server/src/features/jobs/schedule/many',
  'server/src/features/sessions/batches/real-batch',
  'server/src/features/servers/faults',
].map((name) => `/${name}.test.ts`);

/** Begins with what takes longest, so that no worker is left alone with it at the end. */
class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const place = ({ moduleId }: TestSpecification) => {
      const found = long.findIndex((name) => moduleId.endsWith(name));
      return found === -1 ? long.length : found;
    };
    return sorted.toSorted((one, other) => place(one) - place(other));
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
