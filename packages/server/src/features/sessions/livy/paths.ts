import { realpath } from 'node:fs/promises';
import { sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pathsIn } from '../spark-properties.ts';
import { rejected } from './errors.ts';

/**
 * Checks the files that a request hands to Spark: those of this machine must lie in the project's folder once every link in the path is resolved,
 * those of other file systems are the cluster's to guard. Throws Livy's 400.
 */
export async function checkPaths(written: readonly string[], projectFolder: string): Promise<void> {
  // Spark joins lists with commas, so a comma within an entry would smuggle in a second one.
  const entries = written.flatMap((entry) => pathsIn('spark.files', entry));
  if (entries.length === 0) return;
  const root = await realpath(projectFolder).catch(() => projectFolder);
  for (const entry of entries) {
    const path = localPath(entry);
    if (path === null) continue;
    const real = await realpath(path).catch(() => null);
    if (real === null || !(real === root || real.startsWith(root + sep))) {
      throw rejected(`requirement failed: Local path ${path} cannot be added to user sessions.`);
    }
  }
}

/** The path on this machine that an entry means; null: it is on another file system. */
function localPath(entry: string): string | null {
  const [uri = ''] = entry.split('#');
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(uri)?.[1]?.toLowerCase();
  if (scheme === undefined) {
    if (!uri.startsWith('/')) throw rejected(`requirement failed: Path '${entry}' is not absolute.`);
    return uri;
  }
  if (scheme !== 'file' && scheme !== 'local') return null;
  try {
    return fileURLToPath(`file:${uri.slice(scheme.length + 1)}`);
  } catch {
    throw rejected(`requirement failed: Local path ${entry} cannot be added to user sessions.`);
  }
}
