import type { Kysely } from 'kysely';
import type { Config } from '../config.ts';
import { setNumber } from '../db/content.ts';
import type { Database } from '../db/schema.ts';
import { createAuditStore } from '../features/audit/index.ts';
import { createEnvironmentStore } from '../features/environments/index.ts';
import type { Clock } from '../lib/clock.ts';
import { FatalError } from '../supervise/messages.ts';
import { integrityProblem } from './integrity.ts';
import type { Manifest } from './manifest.ts';
import { countRows } from './survey.ts';

/** As many accounts of the machine as may have been made since a copy was; those that are still there are found by the machine itself. */
const numbersSince = 1000;

/** Of a copy that others went on without: logins have ended since, and rights; and numbers of the machine's users were given that must not be given again. */
export async function outdate(db: Kysely<Database>, ids: Config['unixIds']): Promise<void> {
  for (const table of ['grants', 'tickets', 'logins', 'set_up_links'] as const) await db.deleteFrom(table).execute();
  const { id } = await db
    .insertInto('unix_accounts')
    .values({ kind: 'guest', project_id: '', user_id: '', unix_id: 0 })
    .returning('id')
    .executeTakeFirstOrThrow();
  await db.deleteFrom('unix_accounts').where('id', '=', id).execute();
  // Where there are few numbers, some have to be left.
  const step = Math.min(numbersSince, Math.max(0, Math.floor((ids.last - ids.first - id) / 2)));
  await setNumber(db, 'unix_accounts', id + step);
}

/** Of a database that was brought back: what is in it, and is no longer so. Logins may have ended since, environments have no folders. */
export async function settle(
  db: Kysely<Database>,
  manifest: Manifest,
  { clock, ids }: { clock: Clock; ids: Config['unixIds'] },
): Promise<void> {
  await outdate(db, ids);
  await db.updateTable('environments').set({ current_revision_id: null }).execute();
  await db
    .updateTable('revisions')
    .set({ state: 'failed', step: null, pid: null, start_ticks: null, problem: 'It is not in the backup.' })
    .where('state', '!=', 'failed')
    .execute();
  await db
    .updateTable('environment_operations')
    .set({ state: 'failed', problem: 'It is not in the backup.', ended_at: clock.now() })
    .where('state', 'in', ['queued', 'running'])
    .execute();
  const environments = createEnvironmentStore(db);
  for (const { id } of await db.selectFrom('projects').select('id').execute()) {
    await environments.insert(id, clock.now(), { onlyFirst: false });
  }
  await createAuditStore(db).insert({
    action: 'platform.restore',
    outcome: 'done',
    target: `the backup of ${manifest.createdAt}`,
    user: null,
    via: 'command-line',
    at: clock.now(),
  });
  const problem = await integrityProblem(db);
  if (problem !== null) throw new FatalError(`The restored database is damaged: ${problem}.`);
  const rows = await countRows(db);
  if (JSON.stringify(rows) !== JSON.stringify(manifest.rows)) {
    throw new FatalError('The restored database has other rows than the backup.');
  }
}
