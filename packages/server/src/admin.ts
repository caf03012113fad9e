import { existsSync } from 'node:fs';
import type { Config } from './config.ts';
import { migrate } from './db/migrate.ts';
import { openSqlite } from './db/sqlite/open.ts';
import { createProjectStore } from './features/projects/store.ts';
import { createLivyAdmin } from './features/sessions/external/admin.ts';
import { createUsers } from './features/users/index.ts';
import { systemClock } from './lib/clock.ts';
import { checkDataFolder } from './setup/preflight.ts';
import { FatalError } from './supervise/messages.ts';

export { ConfigError, readConfig, type Config } from './config.ts';
export { HttpError } from './http/errors.ts';
export { FatalError } from './supervise/messages.ts';

/**
 * What the command line does on the database itself, with or without a running platform: accounts, tokens, projects' Livy servers. Throws a
 * `FatalError` for a folder where `./start` has never been: most likely its name is mistyped, and an account made there would be nobody's.
 */
export async function openAdmin(config: Config) {
  if (!existsSync(config.paths.database) && !existsSync(config.paths.tools)) {
    throw new FatalError(
      `There is no Emberlab in ${config.dataDir}. Please name its data folder with --data or EMBERLAB_DATA, or make one there with ./start.`,
    );
  }
  await checkDataFolder(config.dataDir, false);
  const db = openSqlite(config.paths.database);
  await migrate(db);
  const { service } = createUsers({
    db,
    clock: systemClock,
    secure: config.publicOrigin.startsWith('https:'),
    loginLimits: config.loginLimits,
    openId: null,
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    onLoginEnded: async () => undefined,
  });
  return {
    users: service,
    projects: createProjectStore(db),
    livy: createLivyAdmin({ db, clock: systemClock, config }),
    close: () => db.destroy(),
  };
}
