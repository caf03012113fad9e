import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Each command is a process of its own, and some tests run several.
  test: { name: 'cli', include: ['src/**/*.test.ts'], environment: 'node', testTimeout: 30_000 },
});
