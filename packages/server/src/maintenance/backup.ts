import { existsSync } from 'node:fs';
import { copyFile, mkdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { Config } from '../config.ts';
import { appliedMigrations, copyDatabase, withDatabase } from '../db/upgrade.ts';
import type { Clock } from '../lib/clock.ts';
import { writeFileAtomic } from '../lib/files.ts';
import { hashFile } from '../lib/hash-file.ts';
import { FatalError } from '../supervise/messages.ts';
import { version } from '../version.ts';
import { pack } from './archive.ts';
import { checkBackup } from './check.ts';
import { backupFiles, type Manifest } from './manifest.ts';
import { surveyCopy } from './survey.ts';

/**
 * Writes database, projects' files, key and settings into a new folder, also while Emberlab runs, and checks it. The database is one state of one moment;
 * files come after it, so that every project in it has its own. The folder gets its name once it is whole.
 */
export async function makeBackup(
  config: Config,
  target: string,
  clock: Clock,
): Promise<{ folder: string; manifest: Manifest; changed: boolean }> {
  const folder = resolve(target);
  checkPlace(config, folder);
  const part = `${folder}.part`;
  await rm(part, { recursive: true, force: true });
  try {
    await mkdir(part, { recursive: true, mode: 0o700 });
    const database = config.databaseUrl === null ? backupFiles.database : backupFiles.content;
    const { migrations, rows } = await writeDatabase(config, join(part, database));
    const names: Manifest['files'][number]['name'][] = [database];
    for (const [name, source] of [
      [backupFiles.secretsKey, config.paths.secretsKey],
      [backupFiles.settings, join(config.dataDir, backupFiles.settings)],
    ] as const) {
      if (!existsSync(source)) continue;
      await copyFile(source, join(part, name));
      names.push(name);
    }
    let changed = false;
    if (existsSync(config.paths.projects)) {
      const { projects } = config.paths;
      ({ changed } = await pack(dirname(projects), basename(projects), join(part, backupFiles.projects)));
      names.push(backupFiles.projects);
    }
    const files: Manifest['files'] = [];
    for (const name of names) files.push({ name, ...(await hashFile(join(part, name))) });
    const createdAt = new Date(clock.now()).toISOString();
    const manifest: Manifest = { format: 1, emberlab: version, createdAt, migrations, rows, files };
    await writeFileAtomic(join(part, backupFiles.manifest), `${JSON.stringify(manifest, null, 2)}\n`);
    await checkBackup(part);
    await rename(part, folder);
    return { folder, manifest, changed };
  } catch (error) {
    await rm(part, { recursive: true, force: true });
    throw error;
  }
}

function checkPlace(config: Config, folder: string): void {
  if (config.databaseUrl === null && !existsSync(config.paths.database)) {
    throw new FatalError(
      `There is no Emberlab in ${config.dataDir}. Please name its data folder with --data or EMBERLAB_DATA.`,
    );
  }
  if (existsSync(folder)) throw new FatalError(`${folder} is there already. Please name a new folder for the backup.`);
  if (`${folder}/`.startsWith(`${config.paths.projects}/`)) {
    throw new FatalError(`A backup among the projects' files would hold itself. Please name a folder outside.`);
  }
}

async function writeDatabase(config: Config, file: string): Promise<Pick<Manifest, 'migrations' | 'rows'>> {
  await withDatabase(config, async (db) => {
    if ((await appliedMigrations(db)).length === 0) {
      throw new FatalError('There is nothing in the database yet. Please start Emberlab with it first.');
    }
    await copyDatabase(db, file);
  });
  const { migrations, rows } = await surveyCopy(file);
  return { migrations, rows };
}
