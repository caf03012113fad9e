import type { Kysely } from 'kysely';
import { Migrator } from 'kysely/migration';
import * as first from './migrations/0001-first.ts';
import * as batches from './migrations/0002-batches.ts';
import * as driversAhead from './migrations/0004-drivers-ahead.ts';
import * as externalLivy from './migrations/0005-external-livy.ts';
import * as serverShutdown from './migrations/0006-server-shutdown.ts';
import * as configurationDefaults from './migrations/0007-configuration-defaults.ts';
import * as notebooks from './migrations/0008-notebooks.ts';
import * as serverLimits from './migrations/0009-server-limits.ts';
import * as sessionSamples from './migrations/0010-session-samples.ts';
import * as histories from './migrations/0011-histories.ts';
import * as accounts from './migrations/0012-accounts.ts';
import * as identities from './migrations/0013-identities.ts';
import type { Database } from './schema.ts';

const migrations = {
  '0001-first': { up: first.up },
  '0002-batches': { up: batches.up },
  '0004-drivers-ahead': { up: driversAhead.up },
  '0005-external-livy': { up: externalLivy.up },
  '0006-server-shutdown': { up: serverShutdown.up },
  '0007-configuration-defaults': { up: configurationDefaults.up },
  '0008-notebooks': { up: notebooks.up },
  '0009-server-limits': { up: serverLimits.up },
  '0010-session-samples': { up: sessionSamples.up },
  '0011-histories': { up: histories.up },
  '0012-accounts': { up: accounts.up },
  '0013-identities': { up: identities.up },
};

/**
 * Brings the database up to this version. Two processes may do so at once: each migration runs in one transaction, so the slower one fails, and
 * finds nothing left to do when it looks again. Throws, with nothing changed by the failed step, when it can't.
 */
export async function migrate(db: Kysely<Database>): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } });
  let result = await migrator.migrateToLatest();
  if (result.error !== undefined) result = await migrator.migrateToLatest();
  if (result.error !== undefined)
    throw new Error('The database could not be brought up to date.', { cause: result.error });
}
