import { existsSync } from 'node:fs';
import { stat, statfs } from 'node:fs/promises';
import { sql } from 'kysely';
import type { Config } from '../../config.ts';
import { migrationNames } from '../../db/migrate.ts';
import { openSqliteToRead } from '../../db/sqlite/open.ts';
import { appliedMigrations, unknownMigrations } from '../../db/upgrade.ts';
import { integrityProblem } from '../check.ts';
import { ok, problem, warning, type Finding } from '../finding.ts';

const gb = 1024 ** 3;
/** Below that, sessions and builds fail soon. */
const littleBytes = 4 * gb;
const leastBytes = gb;
const fewFiles = 50_000;
/** A clock that was set back by so much is wrong. */
const clockMs = 5 * 60_000;

const readable = (mode: number): string => (mode & 0o777).toString(8).padStart(3, '0');

/** Whose the data folder is, and who else can look into what is secret. */
export async function checkPermissions(config: Config): Promise<Finding> {
  const about = 'Permissions';
  const { uid, mode } = await stat(config.dataDir);
  const we = process.getuid?.() ?? uid;
  if (uid !== we && we !== 0) {
    return problem(
      about,
      `The data folder belongs to the user ${uid}, and this is user ${we}.`,
      'Please run this, and Emberlab, as the user to whom the folder belongs.',
    );
  }
  for (const path of [config.paths.secretsKey, config.paths.database]) {
    const found = await stat(path).catch(() => null);
    if (found !== null && (found.mode & 0o077) !== 0) {
      return problem(about, `Others can read ${path} (mode ${readable(found.mode)}).`, `Please run: chmod 600 ${path}`);
    }
  }
  if ((mode & 0o006) !== 0) {
    return warning(
      about,
      `Everybody on this machine can look into ${config.dataDir} (mode ${readable(mode)}).`,
      `Please run: chmod o-rw ${config.dataDir}`,
    );
  }
  return ok(about, `${config.dataDir} belongs to us, and others can't read it.`);
}

export async function checkDisk(config: Config): Promise<Finding> {
  const about = 'Disk';
  const { bavail, bsize, ffree, files } = await statfs(config.dataDir);
  const free = bavail * bsize;
  const text = `${(free / gb).toFixed(1)} GB are free in ${config.dataDir}.`;
  const todo = 'Please free some, or move the data folder to a larger disk.';
  if (free < leastBytes) return problem(about, text, todo);
  if (files > 0 && ffree < fewFiles) {
    return warning(about, `The disk of ${config.dataDir} has room for ${ffree} more files only.`, todo);
  }
  return free < littleBytes ? warning(about, text, todo) : ok(about, text);
}

/** The database: whether it is sound, of this version, and not from the future. */
export async function checkDatabase(config: Config, now: number): Promise<Finding[]> {
  const about = 'Database';
  if (!existsSync(config.paths.database)) {
    return [warning(about, 'There is no database yet.', 'It is made by the first ./start.')];
  }
  const restore = `Please stop Emberlab and restore a backup (./emberlab restore), or a copy from ${config.paths.upgrades}.`;
  const db = openSqliteToRead(config.paths.database);
  try {
    const wrong = await integrityProblem(db);
    if (wrong !== null) return [problem(about, `The database is damaged: ${wrong}.`, restore)];
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
  } catch (error) {
    return [
      problem(about, `The database can't be read: ${error instanceof Error ? error.message : 'it is none'}.`, restore),
    ];
  } finally {
    await db.destroy();
  }
}

const newest = async (db: ReturnType<typeof openSqliteToRead>): Promise<number> => {
  const { rows } = await sql<{ at: number | null }>`
    select max(at) as at from (select max(last_seen_at) as at from logins union all select max(created_at) from users)
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
