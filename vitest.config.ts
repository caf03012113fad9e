import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: [
      'packages/contract',
      'packages/server',
      'packages/web',
      'packages/cli',
      'jupyter/lab',
      'benchmarks',
      'e2e',
    ],
    // Two cores are what a small machine has; Spark and browsers use them as well.
    maxWorkers: 2,
  },
});
