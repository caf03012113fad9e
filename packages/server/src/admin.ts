import { existsSync } from 'node:fs';
import type { Config } from './config.ts';
import { openDatabase } from './db/open.ts';
import { upgradeDatabase } from './db/upgrade.ts';
import { createAudit } from './features/audit/index.ts';
import { createProjectStore } from './features/projects/store.ts';
import { createLivyAdmin } from './features/sessions/external/admin.ts';
import { createUsers } from './features/users/index.ts';
import type { AuditRecord } from './http/audit-trail.ts';
import { systemClock } from './lib/clock.ts';
import type { Log } from './lib/log.ts';
import { checkDataFolder } from './setup/preflight.ts';
import { FatalError } from './supervise/messages.ts';

export { ConfigError, readConfig, type Config } from './config.ts';
export { redact } from './lib/redact.ts';
export { HttpError } from './http/errors.ts';
export { FatalError } from './supervise/messages.ts';

/**
 * What the command line does on the database itself, with or without a running platform: accounts, tokens, projects' Livy servers. Throws a
 * `FatalError` for a folder where `./start` has never been: most likely its name is mistyped, and an account made there would be nobody's.
 */
export async function openAdmin(config: Config) {
  if (config.databaseUrl === null && !existsSync(config.paths.database) && !existsSync(config.paths.tools)) {
    throw new FatalError(
      `There is no Emberlab in ${config.dataDir}. Please name its data folder with --data or EMBERLAB_DATA, or make one there with ./start.`,
    );
  }
  await checkDataFolder(config.dataDir, false);
  // Others may be able to go through the data folder.
  process.umask(0o077);
  await upgradeDatabase(config, systemClock);
  const db = await openDatabase(config, { forMaintenance: true });
  const { service, people } = createUsers({
    db,
    clock: systemClock,
    secure: config.publicOrigin.startsWith('https:'),
    loginLimits: config.loginLimits,
    openId: null,
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    onLoginEnded: async () => undefined,
    // A platform that runs looks after rights every second, whoever has changed them.
    onRightsChanged: async () => undefined,
  });
  const audit = createAudit({ db, clock: systemClock, log, keptMs: config.auditKeptMs });
  /** An act that the audit log tells of, once it is done. */
  const told =
    <A extends unknown[], R>(act: (...args: A) => Promise<R>, eventOf: (...args: A) => Told) =>
    async (...args: A): Promise<R> => {
      const result = await act(...args);
      await audit.service.record({ ...eventOf(...args), outcome: 'done', user: null, via: 'command-line' });
      return result;
    };
  const livy = createLivyAdmin({ db, clock: systemClock, config });
  return {
    users: {
      ...service,
      create: told(service.create, ({ email, admin }) => ({
        action: admin ? 'user.create-admin' : 'user.create',
        target: email,
      })),
      createToken: told(service.createToken, (userId, name) => ({
        action: 'token.create',
        target: `${name}, of the user ${userId}`,
      })),
    },
    people: {
      disable: told(
        (email: string) => people.disable(email, null),
        (email) => ({ action: 'user.disable', target: email }),
      ),
      enable: told(
        (email: string) => people.enable(email, null),
        (email) => ({ action: 'user.enable', target: email }),
      ),
      unlock: told(people.unlock, (email) => ({ action: 'user.unlock', target: email })),
      setAdministrator: told(
        (email: string, admin: boolean) => people.setAdministrator(email, admin, null),
        (email) => ({ action: 'user.set-administrator', target: email }),
      ),
    },
    projects: createProjectStore(db),
    livy: {
      ...livy,
      set: told(livy.set, (id, { url }) => ({ action: 'livy.set', target: url, project: { id } })),
      remove: told(livy.remove, (id) => ({ action: 'livy.remove', project: { id } })),
    },
    close: () => db.destroy(),
  };
}

type Told = Pick<AuditRecord, 'action' | 'target' | 'project'>;

/** Whoever sits at the command line reads what went wrong there. */
const log: Log = {
  info: () => undefined,
  warn: () => undefined,
  error: ({ err }, message) => void process.stderr.write(`${message}: ${String(err)}\n`),
};
