import { lstat, realpath } from 'node:fs/promises';
import { dirname, sep } from 'node:path';
import { propertyEntry, propertyList } from '@emberlab/contract';
import { LivyError, rejected } from './errors.ts';

/** File systems that the cluster guards, and packages. Others, such as `har:` and `viewfs:`, are new names for what lies on this machine. */
const elsewhere = new Set(
  'hdfs webhdfs swebhdfs hopsfs s3 s3a s3n gs abfs abfss wasb wasbs adl oss cosn obs ofs o3fs swift alluxio http https ftp ivy'.split(
    ' ',
  ),
);

/**
 * Checks the files that a request hands to Spark: those of this machine must lie in the project's folder once every link in the path is resolved,
 * those of other file systems are the cluster's to guard. `mayBeNew`: they need not exist yet; `property`: which one named them. Throws Livy's 400.
 */
export async function checkPaths(
  written: readonly string[],
  projectFolder: string,
  { mayBeNew = false, property }: { mayBeNew?: boolean; property?: string } = {},
): Promise<void> {
  // Spark joins lists with commas, so a comma within an entry would smuggle in a second one.
  const entries = written.flatMap(propertyList);
  if (entries.length === 0) return;
  const hint = property === undefined ? '' : ` It stands in ${property}; files have to lie in ${projectFolder}.`;
  for (const entry of entries) {
    const path = localPath(entry, hint);
    if (path === null || (await liesIn(path, projectFolder, mayBeNew ? realAncestor : realpath))) continue;
    const isMissing = await isMissingIn(path, projectFolder);
    throw isMissing ? missing(path, projectFolder, property) : outside(path, hint);
  }
}

/** Why no session would get a property with these paths, if so. */
export async function pathProblem(property: string, value: string, projectFolder: string): Promise<string | null> {
  try {
    await checkPaths([value], projectFolder, { property, mayBeNew: propertyEntry(property)?.rule === 'folder' });
    return null;
  } catch (error) {
    if (error instanceof LivyError) return error.message.replace('requirement failed: ', '');
    throw error;
  }
}

const outside = (path: string, hint: string) =>
  rejected(`requirement failed: Local path ${path.slice(0, 1000)} cannot be added to user sessions.${hint}`);

/** The same for the one program that a request names. One that is missing and one that is elsewhere are refused alike: nobody learns which. */
export async function checkFile(file: string, projectFolder: string): Promise<void> {
  const path = localPath(file);
  if (path === null || (await liesIn(path, projectFolder, realpath))) return;
  throw missing(path, projectFolder);
}

function missing(path: string, projectFolder: string, property?: string): LivyError {
  const place = property === undefined ? '' : ` It stands in ${property}.`;
  const problem = `There is no file ${path.slice(0, 1000)} in the project's folder, ${projectFolder}.${place}`;
  return rejected(`requirement failed: ${problem}`);
}

/** Whether nothing is at a path whose nearest folder lies in the project. A link that leads out says no, wherever to: nobody learns what is there. */
async function isMissingIn(path: string, folder: string): Promise<boolean> {
  const isThere = (at: string) =>
    lstat(at).then(
      () => true,
      () => false,
    );
  if (await isThere(path)) return false;
  let at = dirname(path);
  while (!(await isThere(at)) && at !== dirname(at)) at = dirname(at);
  return liesIn(at, folder, realpath);
}

/** Whether a path leads into a folder, once every link in both is resolved. */
async function liesIn(path: string, folder: string, resolve: (path: string) => Promise<string>): Promise<boolean> {
  const root = await realpath(folder).catch(() => folder);
  const real = await resolve(path).catch(() => null);
  return real !== null && (real === root || real.startsWith(root + sep));
}

/** Where a path would lie that need not exist: what exists of it, with its links resolved. */
async function realAncestor(path: string): Promise<string> {
  for (let at = path; ; at = dirname(at)) {
    const real = await realpath(at).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' && at !== dirname(at)) return null;
      throw error;
    });
    if (real !== null) return real;
  }
}

/** The path on this machine that an entry means; null: it is on another file system. `hint`: a sentence for the refusal. */
export function localPath(entry: string, hint = ''): string | null {
  const [uri = '', alias, ...more] = entry.split('#');
  // Archives are unpacked under this name.
  if (more.length > 0 || (alias !== undefined && !/^[\w-][\w. -]*$/.test(alias))) throw outside(entry, hint);
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(uri)?.[1]?.toLowerCase();
  if (scheme === undefined && !uri.startsWith('/')) {
    throw rejected(`requirement failed: Path '${entry.slice(0, 1000)}' is not absolute.${hint}`);
  }
  if (scheme !== undefined && scheme !== 'file' && scheme !== 'local') {
    if (elsewhere.has(scheme)) return null;
    throw outside(entry, hint);
  }
  const path = scheme === undefined ? uri : pathOf(uri.slice(scheme.length + 1));
  // Spark reads some paths as they are and some as parts of an address, some with their patterns and some without, and resolves `..` before links or
  // after them. What could mean two things is taken for neither.
  const plain = path !== null && path.startsWith('/') && !path.includes('//') && !path.split('/').includes('..');
  // oxlint-disable-next-line no-control-regex -- finding control characters is the purpose
  if (!plain || /[\u0000-\u001f\u007f?*[\]{}\\$%]/.test(path)) throw outside(entry, hint);
  return path;
}

/** The path in what follows `file:`; null: it names another host, or can't be read. */
function pathOf(rest: string): string | null {
  const path = rest.startsWith('//') ? rest.slice(2) : rest;
  try {
    return decodeURIComponent(path);
  } catch {
    return null;
  }
}
