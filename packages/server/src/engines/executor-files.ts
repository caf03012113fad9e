import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { boundLog } from '../lib/log-file.ts';
import { openPlain } from '../lib/plain-file.ts';
import type { ExecutorLogFiles } from './engine.ts';

/** Where executors write their logs, in the folder of their session or batch, where an engine lets them. */
export const executorLogsFolder = 'executor-logs';

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

/** Keeps what they take within bounds: each may be as large as the log of a driver, and all together a few times that. */
export async function boundExecutorLogs(folder: string, logBytes: number): Promise<void> {
  const all = join(folder, executorLogsFolder);
  const names = await readdir(all).catch(() => []);
  const files = await Promise.all(
    names
      .filter((name) => named.test(name))
      .map(async (name) => ({ path: join(all, name), ...(await factsOf(join(all, name))) })),
  );
  const newest = files.toSorted((a, b) => b.at - a.at);
  for (const { path } of newest.slice(mostFiles)) await rm(path, { force: true, recursive: true });
  let left = logBytes * mostLogs;
  for (const { path, bytes } of newest.slice(0, mostFiles)) {
    // What still has it open goes on in the same file.
    await boundLog(path, left > 0 ? logBytes : 0);
    left -= Math.min(bytes, logBytes);
  }
}

/** How large a file is, and when it was written to last; of what is none nothing. */
async function factsOf(path: string): Promise<{ bytes: number; at: number }> {
  const file = await openPlain(path, 'read');
  if (file === null) return { bytes: 0, at: 0 };
  try {
    const { size, mtimeMs } = await file.stat();
    return { bytes: size, at: mtimeMs };
  } finally {
    await file.close();
  }
}
