import type { Clock } from '../../lib/clock.ts';
import type { TestApp } from '../../testing/app.ts';
import { createFiles } from './index.ts';

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** Files of a test's app, where everything runs as one user unless it says otherwise. */
export const createTestFiles = (
  kit: TestApp,
  options: { clock: Clock } & Partial<Parameters<typeof createFiles>[0]>,
): ReturnType<typeof createFiles> =>
  createFiles({
    db: kit.db,
    log: quiet,
    folderOf: kit.projects.service.folderOf,
    identities: { filesOf: async () => null },
    limits: kit.limits,
    logsInUse: async () => [],
    ...options,
  });
