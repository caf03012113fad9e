import { lstat, readdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { boundLog } from '../lib/log-file.ts';
import { openPlain } from '../lib/plain-file.ts';
import type { ExecutorLogFiles } from './engine.ts';

/** Where executors write their logs, in the folder of their session or batch, where an engine lets them. */
export const executorLogsFolder = 'executor-logs';

/** So many are looked at together. */
const atOnce = 64;
/** So many of them may be there; what is beyond goes, oldest first. */
const mostFiles = 1000;
/** What all of them may take, in logs of a driver. */
const mostLogs = 4;

/** How executors name them. Members write in that folder, so everything else in it is none. */
const named = /^(\d{1,9})\.(?:stdout|stderr)$/;

/** The logs of executors that lie below the folders of sessions, or of batches. */
export const executorLogFiles = (folderOf: (id: number) => string): ExecutorLogFiles => {
  const inFolder = (id: number, name: string) => join(folderOf(id), executorLogsFolder, name);
  return {
    async list(id) {
      const entries = await readdir(inFolder(id, ''), { withFileTypes: true }).catch(() => []);
      const found = new Set(entries.filter((one) => one.isFile()).flatMap(({ name }) => named.exec(name)?.[1] ?? []));
      return [...found].toSorted((a, b) => Number(a) - Number(b)).slice(-mostFiles);
    },
    async find(id, executor, stream) {
      const name = `${executor}.${stream}`;
      if (!named.test(name)) return null;
      const file = await openPlain(inFolder(id, name), 'read');
      await file?.close();
      return file === null ? null : inFolder(id, name);
    },
  };
};

/**
 * Keeps what they take within bounds: each may be as large as the log of a driver, and all together a few times that. Executors write in that folder meanwhile, and make there
 * whatever they like: nothing in it is followed or gone into, and what is no file stays until the folder goes as a whole.
 */
export async function boundExecutorLogs(folder: string, logBytes: number): Promise<void> {
  const all = join(folder, executorLogsFolder);
  const names = (await readdir(all).catch(() => [])).filter((name) => named.test(name));
  // The highest numbers are the newest executors; more than so many are no executors of anybody's.
  const byNumber = names.toSorted((a, b) => Number.parseInt(b, 10) - Number.parseInt(a, 10));
  for (const name of byNumber.slice(4 * mostFiles)) await remove(join(all, name));
  const files: { path: string; bytes: number; at: number }[] = [];
  for (let at = 0; at < Math.min(byNumber.length, 4 * mostFiles); at += atOnce) {
    const some = byNumber.slice(at, Math.min(at + atOnce, 4 * mostFiles)).map((name) => join(all, name));
    files.push(...(await Promise.all(some.map(async (path) => ({ path, ...(await factsOf(path)) })))));
  }
  const newest = files.toSorted((a, b) => b.at - a.at);
  for (const { path } of newest.slice(mostFiles)) await remove(path);
  let left = logBytes * mostLogs;
  for (const { path, bytes } of newest.slice(0, mostFiles)) {
    // What still has it open goes on in the same file.
    await boundLog(path, left > 0 ? logBytes : 0);
    left -= Math.min(bytes, logBytes);
  }
}

/** One name: a folder of that name stays, and of a link goes the link. */
const remove = (path: string): Promise<void> => unlink(path).catch(() => undefined);

/** How large a file is, and when it was written to last; of what is none nothing. */
async function factsOf(path: string): Promise<{ bytes: number; at: number }> {
  const facts = await lstat(path).catch(() => null);
  return facts?.isFile() === true ? { bytes: facts.size, at: facts.mtimeMs } : { bytes: 0, at: 0 };
}
