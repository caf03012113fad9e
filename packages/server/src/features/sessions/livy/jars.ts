import { open } from 'node:fs/promises';
import { propertyList } from '@emberlab/contract';
import { rejected } from './errors.ts';
import { localPath } from './paths.ts';

/** How a zip archive ends: this mark, 18 bytes more, and a comment of at most 64 KiB. A jar may begin with something else. */
const endMark = Buffer.from('PK\u0005\u0006', 'latin1');
const endBytes = 22;
const longestComment = 0xffff;

/** Whether a file is an archive, as a jar is. One that can't be read is for Spark to judge. */
export async function isArchive(path: string): Promise<boolean> {
  const file = await open(path).catch(() => null);
  if (file === null) return true;
  try {
    const { size } = await file.stat();
    const length = Math.min(size, endBytes + longestComment);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, size - length);
    const at = buffer.subarray(0, bytesRead).lastIndexOf(endMark);
    return at >= 0 && at + endBytes <= bytesRead;
  } catch {
    // a folder, for example
    return false;
  } finally {
    await file.close();
  }
}

/** Scala's compiler goes by the name, too, and stops for good at what is neither. */
export const isJarName = (name: string): boolean => /\.(jar|zip)$/i.test(name);

/**
 * Checks that those files of a list that lie on this machine are jars; `checkPaths` has looked at where they lie. What is none ends every Scala
 * statement of a session that has it. Throws Livy's 400.
 */
export async function checkJars(written: readonly string[]): Promise<void> {
  for (const entry of written.flatMap(propertyList)) {
    const path = localPath(entry);
    if (path !== null && !(isJarName(path) && (await isArchive(path)))) throw notAJar(path);
  }
}

export const notAJar = (name: string) =>
  rejected(
    `${name.slice(0, 1000)} is not a jar. Please name a file that ends in .jar, as a build of classes makes it.`,
  );
