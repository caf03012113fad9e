import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    name: 'e2e',
    include: ['src/**/*.test.ts'],
    environment: 'node',
    // A driver that lives for seconds takes half the processor time when little of what it runs is compiled well.
    env: { EMBERLAB_DRIVER_JAVA_OPTIONS: '-XX:TieredStopAtLevel=1' },
    // Each file starts a platform of its own with Spark in it: not beside the tests of other projects.
    sequence: { groupOrder: 1 },
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 60_000 } },
  },
});
