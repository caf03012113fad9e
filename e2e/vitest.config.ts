import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    name: 'e2e',
    include: ['src/**/*.test.ts'],
    environment: 'node',
    // Each file has a platform of its own with Spark in it. Two at a time: most of what they do is to wait.
    maxWorkers: 2,
    // Alone on the machine: not beside the tests of other projects.
    sequence: { groupOrder: 1 },
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 60_000 } },
  },
});
