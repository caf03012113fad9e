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
import * as projects from './migrations/0014-projects.ts';
import * as unixAccounts from './migrations/0016-unix-accounts.ts';
import * as audit from './migrations/0017-audit.ts';
import * as limits from './migrations/0018-limits.ts';
import * as overview from './migrations/0019-overview.ts';
import * as libraries from './migrations/0021-libraries.ts';
import * as jobs from './migrations/0023-jobs.ts';
import * as programDrivers from './migrations/0024-program-drivers.ts';
import * as schedules from './migrations/0025-schedules.ts';
import * as alerts from './migrations/0026-alerts.ts';
import * as files from './migrations/0027-files.ts';
import * as runExecutors from './migrations/0028-run-executors.ts';
import * as keptAlertRules from './migrations/0029-kept-alert-rules.ts';
import * as endedTours from './migrations/0030-ended-tours.ts';
import * as engines from './migrations/0034-engines.ts';
import * as clusterDrivers from './migrations/0035-cluster-drivers.ts';
import * as clusterBatches from './migrations/0037-cluster-batches.ts';
import * as liveRows from './migrations/0039-live-rows.ts';
import * as foundByOwner from './migrations/0040-found-by-owner.ts';
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
  '0014-projects': { up: projects.up },
  '0016-unix-accounts': { up: unixAccounts.up },
  '0017-audit': { up: audit.up },
  '0018-limits': { up: limits.up },
  '0019-overview': { up: overview.up },
  '0021-libraries': { up: libraries.up },
  '0023-jobs': { up: jobs.up },
  '0024-program-drivers': { up: programDrivers.up },
  '0025-schedules': { up: schedules.up },
  '0026-alerts': { up: alerts.up },
  '0027-files': { up: files.up },
  '0028-run-executors': { up: runExecutors.up },
  '0029-kept-alert-rules': { up: keptAlertRules.up },
  '0030-ended-tours': { up: endedTours.up },
  '0034-engines': { up: engines.up },
  '0035-cluster-drivers': { up: clusterDrivers.up },
  '0037-cluster-batches': { up: clusterBatches.up },
  '0039-live-rows': { up: liveRows.up },
  '0040-found-by-owner': { up: foundByOwner.up },
};

/** Their names, in their order. */
export const migrationNames: readonly string[] = Object.keys(migrations);

/**
 * Brings the database up to this version, or to that of its migration `last`. Two processes may do so at once: each migration runs in one transaction, so the slower one fails, and
 * finds nothing left to do when it looks again. Throws, with nothing changed by the failed step, when it can't.
 */
export async function migrate(db: Kysely<Database>, last?: string): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } });
  const run = () => (last === undefined ? migrator.migrateToLatest() : migrator.migrateTo(last));
  let result = await run();
  if (result.error !== undefined) result = await run();
  if (result.error !== undefined)
    throw new Error('The database could not be brought up to date.', { cause: result.error });
}
