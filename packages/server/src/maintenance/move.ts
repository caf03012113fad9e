import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Kysely } from 'kysely';
import type { Config } from '../config.ts';
import { fillDatabase, vacate } from '../db/fill.ts';
import type { Database } from '../db/schema.ts';
import { openSqlite } from '../db/sqlite/open.ts';
import { withDatabase } from '../db/upgrade.ts';
import { createAuditStore } from '../features/audit/index.ts';
import type { Clock } from '../lib/clock.ts';
import { checkDataFolder } from '../setup/preflight.ts';
import { claimDataFolder } from '../supervise/claim.ts';
import { FatalError } from '../supervise/messages.ts';
import { contentOf } from './copy.ts';
import { outdate } from './settle.ts';

/**
 * Brings all that is in the data folder's file of SQLite into the database that the settings name, which has to be empty; or what is in another file: one of
 * SQLite, or the copy of a database of PostgreSQL from before an upgrade. The file stays as it is. What `from` names may be
 * older than what was done since: everybody has to log in again. Throws a `FatalError` that says what is in the way.
 */
export async function moveDatabase(
  config: Config,
  from: string | null,
  clock: Clock,
): Promise<{ source: string; rows: number; tables: number }> {
  const source = from === null ? config.paths.database : resolve(from);
  if (config.databaseUrl === null && (from === null || existsSync(config.paths.database))) {
    throw new FatalError(
      from === null
        ? 'Please name the empty database that all is to be moved to with EMBERLAB_DATABASE_URL, or database_url in emberlab.toml.'
        : `There is a database in ${config.paths.database} already. Please move that file away before.`,
    );
  }
  if (!existsSync(source)) throw new FatalError(`There is no database ${source}. Please name its file with --from.`);
  await checkDataFolder(config.dataDir, false);
  // Nobody writes into a database that is left behind.
  const release = await claimDataFolder(config);
  try {
    const fill = async (db: Kysely<Database>) => {
      const written = await fillDatabase(db, contentOf(source));
      try {
        // The platform may have gone on without it since.
        if (from !== null) await outdate(db, config.unixIds);
        await createAuditStore(db).insert({
          action: 'platform.move',
          outcome: 'done',
          target: `from ${source}`,
          user: null,
          via: 'command-line',
          at: clock.now(),
        });
      } catch (error) {
        await vacate(db);
        throw error;
      }
      return { source, rows: [...written.values()].reduce((sum, count) => sum + count, 0), tables: written.size };
    };
    return await (config.databaseUrl === null ? fillFile(config.paths.database, fill) : withDatabase(config, fill));
  } finally {
    await release();
  }
}

/** Makes a file of SQLite, which gets its name once it is whole. */
async function fillFile<T>(file: string, fill: (db: Kysely<Database>) => Promise<T>): Promise<T> {
  const part = `${file}.part`;
  await rm(part, { force: true });
  const db = openSqlite(part);
  try {
    const result = await fill(db);
    await db.destroy();
    await rename(part, file);
    return result;
  } catch (error) {
    await db.destroy();
    for (const end of ['', '-wal', '-shm']) await rm(`${part}${end}`, { force: true });
    throw error;
  }
}
