import { existsSync } from 'node:fs';
import { sql, type Kysely } from 'kysely';
import type { Config } from '../../config.ts';
import { migrationNames } from '../../db/migrate.ts';
import type { Database } from '../../db/schema.ts';
import { openSqliteToRead } from '../../db/sqlite/open.ts';
import { appliedMigrations, unknownMigrations, withDatabase } from '../../db/upgrade.ts';
import { FatalError } from '../../supervise/messages.ts';
import { integrityProblem } from '../integrity.ts';
import { ok, problem, warning, type Finding } from '../finding.ts';

/** A clock that was set back by so much is wrong. */
const clockMs = 5 * 60_000;
const about = 'Database';

/** The database: whether it is there, sound, of this version, and not from the future. */
export async function checkDatabase(config: Config, now: number): Promise<Finding[]> {
  if (config.databaseUrl !== null) return checkPostgres(config, now);
  if (!existsSync(config.paths.database)) {
    return [warning(about, 'There is no database yet.', 'It is made by the first ./start.')];
  }
  const restore = `Please stop Emberlab and restore a backup (./emberlab restore), or a copy from ${config.paths.upgrades}.`;
  const db = openSqliteToRead(config.paths.database);
  try {
    const wrong = await integrityProblem(db);
    return wrong === null
      ? await checkContent(db, now)
      : [problem(about, `The database is damaged: ${wrong}.`, restore)];
  } catch (error) {
    return [
      problem(about, `The database can't be read: ${error instanceof Error ? error.message : 'it is none'}.`, restore),
    ];
  } finally {
    await db.destroy();
  }
}

async function checkPostgres(config: Config, now: number): Promise<Finding[]> {
  try {
    return await withDatabase(config, async (db) => {
      const { rows } = await sql<{ server_version: string }>`show server_version`.execute(db);
      const server = ok('PostgreSQL', `The server answers; it is version ${rows[0]?.server_version ?? 'unknown'}.`);
      if ((await appliedMigrations(db)).length > 0) return [server, ...(await checkContent(db, now))];
      const todo = existsSync(config.paths.database)
        ? `What is in ${config.paths.database} is brought there by: ./emberlab db move`
        : 'Its tables are made by the next ./start.';
      return [server, warning(about, 'The database is empty.', todo)];
    });
  } catch (error) {
    if (!(error instanceof FatalError)) throw error;
    return [problem(about, error.message, '')];
  }
}

async function checkContent(db: Kysely<Database>, now: number): Promise<Finding[]> {
  const applied = await appliedMigrations(db);
  const unknown = unknownMigrations(applied);
  if (unknown.length > 0) {
    return [
      problem(
        about,
        `The database has been changed by a newer version of Emberlab (${unknown.join(', ')}).`,
        'Please run that version, or restore a backup from before.',
      ),
    ];
  }
  const missing = migrationNames.length - applied.length;
  const sound =
    missing === 0
      ? ok(about, 'The database is sound, and of this version.')
      : ok(about, 'The database is sound; the next start upgrades it, and copies it before.');
  return [sound, ...(applied.length === 0 ? [] : [await checkAgainstRows(now, () => newest(db))])];
}

const newest = async (db: Kysely<Database>): Promise<number> => {
  const { rows } = await sql<{ at: number | null }>`
    select max(at) as at from (select max(last_seen_at) as at from logins union all select max(created_at) from users) as moments
  `.execute(db);
  return rows[0]?.at ?? 0;
};

async function checkAgainstRows(now: number, newestRow: () => Promise<number>): Promise<Finding> {
  const ahead = (await newestRow()) - now;
  return ahead > clockMs
    ? problem(
        'Clock',
        `The clock is behind: the database has something from ${new Date(now + ahead).toISOString()}, and it is said to be ${new Date(now).toISOString()} now.`,
        'Please set the clock, for example by: timedatectl set-ntp true',
      )
    : ok('Clock', 'Nothing in the database is from the future.');
}
