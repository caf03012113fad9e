import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../config.ts';
import { makePrivateFolder } from '../lib/files.ts';
import { identify, isAlive, type ProcessIdentity } from '../lib/process.ts';
import { FatalError } from './messages.ts';

/**
 * Makes sure that one `./start` alone works on the data folder: set-up, and what serves afterwards. Answers a function that gives it back. Throws a
 * `FatalError` when another one does.
 */
export async function claimDataFolder(config: Config): Promise<() => Promise<void>> {
  await makePrivateFolder(config.paths.run);
  const file = fileOf(config);
  for (;;) {
    try {
      // Fails where the file is: of two at once one makes it.
      await writeFile(file, JSON.stringify({ ...identify(process.pid), port: config.port }), {
        flag: 'wx',
        mode: 0o600,
      });
      return () => rm(file, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const holder = await readHolder(file);
    if (holder !== null && isAlive(holder)) {
      throw new FatalError(
        `Emberlab runs already with the data folder ${config.dataDir} (process ${holder.pid}). Please stop that first, or choose another folder with --data.`,
      );
    }
    // Left behind by one that was killed.
    await rm(file, { force: true });
  }
}

const fileOf = (config: Config): string => join(config.paths.run, 'supervisor.json');

/** The port at which an Emberlab serves this data folder: it may have been started with another than the settings say. null: none runs, or it is older. */
export async function servedPort(config: Config): Promise<number | null> {
  const holder = await readHolder(fileOf(config));
  return holder !== null && isAlive(holder) ? holder.port : null;
}

async function readHolder(file: string): Promise<(ProcessIdentity & { port: number | null }) | null> {
  try {
    const read = JSON.parse(await readFile(file, 'utf8')) as Partial<ProcessIdentity & { port: number }>;
    const { pid, startTicks, port = null } = read;
    return typeof pid === 'number' && typeof startTicks === 'string' ? { pid, startTicks, port } : null;
  } catch {
    return null;
  }
}
