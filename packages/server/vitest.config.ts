import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    name: 'server',
    include: ['src/**/*.test.ts'],
    exclude: ['**/*.postgres.test.ts'],
    environment: 'node',
    testTimeout: 30_000,
    // Patience beyond a second: what is waited for may be another process on a busy machine.
    expect: { poll: { timeout: 20_000 } },
  },
});
