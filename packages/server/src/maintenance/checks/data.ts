import { stat, statfs } from 'node:fs/promises';
import type { Config } from '../../config.ts';
import { ok, problem, warning, type Finding } from '../finding.ts';

const gb = 1024 ** 3;
/** Below that, sessions and builds fail soon. */
const littleBytes = 4 * gb;
const leastBytes = gb;
const fewFiles = 50_000;

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
