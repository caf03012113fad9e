import { existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { execa } from 'execa';
import type { Config } from '../config.ts';
import { migrate } from '../db/migrate.ts';
import { openSqlite } from '../db/sqlite/open.ts';
import { unknownMigrations } from '../db/upgrade.ts';
import { createAuditStore } from '../features/audit/index.ts';
import { createEnvironmentStore } from '../features/environments/index.ts';
import type { Clock } from '../lib/clock.ts';
import { checkDataFolder } from '../setup/preflight.ts';
import { claimDataFolder } from '../supervise/claim.ts';
import { FatalError } from '../supervise/messages.ts';
import { unpack } from './archive.ts';
import { checkBackup, countRows, integrityProblem } from './check.ts';
import { backupFiles, type Manifest } from './manifest.ts';

/** What may lie in a data folder that is empty otherwise: nothing of it is anybody's. */
const nobodys: ReadonlySet<string> = new Set(['tools', 'logs', 'run', 'upgrades']);

/**
 * Brings a backup back into an empty data folder: checks it, unpacks it beside, and puts it in place with the database last, so that what was broken off is
 * no platform. Everybody has to log in again, and environments are built anew. Throws a `FatalError` that says what is in the way.
 */
export async function restoreBackup(
  config: Config,
  source: string,
  clock: Clock,
): Promise<{ manifest: Manifest; entries: number }> {
  const folder = resolve(source);
  const { manifest, entries } = await checkBackup(folder);
  const unknown = unknownMigrations(manifest.migrations);
  if (unknown.length > 0) {
    throw new FatalError(
      `The backup is of Emberlab ${manifest.emberlab}, which is newer than this one. Please restore it with that version.`,
    );
  }
  await checkDataFolder(config.dataDir, false);
  const release = await claimDataFolder(config);
  const part = join(config.dataDir, '.restore');
  try {
    await rm(part, { recursive: true, force: true });
    await checkEmpty(config);
    await mkdir(part, { mode: 0o700 });
    const has = (name: string) => manifest.files.some((file) => file.name === name);
    if (has(backupFiles.projects)) await unpack(join(folder, backupFiles.projects), part);
    const found = await countEntries(join(part, basename(config.paths.projects)));
    if (found !== entries) {
      throw new FatalError(
        `Of ${entries} files and folders only ${found} could be unpacked. Is there room on the disk?`,
      );
    }
    for (const name of [backupFiles.secretsKey, backupFiles.settings, backupFiles.database]) {
      if (has(name)) await copyFile(join(folder, name), join(part, name));
    }
    await settle(join(part, backupFiles.database), manifest, clock);
    // The database comes last: with it the folder is one of Emberlab.
    for (const name of [basename(config.paths.projects), ...Object.values(backupFiles)]) {
      if (name !== backupFiles.database && existsSync(join(part, name))) {
        await rename(join(part, name), join(config.dataDir, name));
      }
    }
    await rename(join(part, backupFiles.database), config.paths.database);
    return { manifest, entries };
  } finally {
    await rm(part, { recursive: true, force: true });
    await release();
  }
}

async function checkEmpty(config: Config): Promise<void> {
  const there = (await readdir(config.dataDir)).filter((name) => !nobodys.has(name));
  if (there.length === 0) return;
  throw new FatalError(
    `The data folder ${config.dataDir} is not empty (${there.slice(0, 5).join(', ')}). A backup is restored into an empty one: please move that away, or name another with --data.`,
  );
}

/** Files and folders below a path, itself with them; whatever their names are, and without following links. */
async function countEntries(path: string): Promise<number> {
  if (!existsSync(path)) return 0;
  const { stdout } = await execa('find', [path, '-printf', '.']);
  return stdout.length;
}

/** What is in the database, and is no longer so: logins that may have ended since, environments whose folders are not there. */
async function settle(file: string, manifest: Manifest, clock: Clock): Promise<void> {
  const db = openSqlite(file);
  try {
    await migrate(db);
    for (const table of ['grants', 'tickets', 'logins', 'set_up_links'] as const) await db.deleteFrom(table).execute();
    await db.updateTable('environments').set({ current_revision_id: null }).execute();
    await db
      .updateTable('revisions')
      .set({ state: 'failed', step: null, pid: null, start_ticks: null, problem: 'It is not in the backup.' })
      .where('state', '!=', 'failed')
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
  } finally {
    await db.destroy();
  }
}
