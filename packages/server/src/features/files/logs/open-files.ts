import { readdir, stat } from 'node:fs/promises';

/** What names a file on this machine, whatever it is called. */
export const fileId = ({ dev, ino }: { readonly dev: number; readonly ino: number }): string => `${dev}:${ino}`;

/**
 * The files and folders that processes of this machine have open or stand in. By what they are and not by their paths: members' processes have another view
 * of the machine. What we may not look at is nobody's who runs something for us.
 */
export async function openFiles(): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  const note = async (path: string): Promise<void> => {
    const stats = await stat(path).catch(() => null);
    if (stats !== null && (stats.isFile() || stats.isDirectory())) found.add(fileId(stats));
  };
  for (const name of await readdir('/proc')) {
    // Our own hold what we look at.
    if (!/^\d+$/.test(name) || Number(name) === process.pid) continue;
    const descriptors = await readdir(`/proc/${name}/fd`).catch(() => []);
    await Promise.all([note(`/proc/${name}/cwd`), ...descriptors.map((fd) => note(`/proc/${name}/fd/${fd}`))]);
  }
  return found;
}
