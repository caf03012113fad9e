import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../config.ts';
import { makePrivateFolder, writeFileAtomic } from '../lib/files.ts';
import { identify, isAlive, type ProcessIdentity } from '../lib/process.ts';
import { FatalError } from './messages.ts';

/** Makes sure that one supervisor alone uses the data folder. Answers a function that gives it back. Throws a `FatalError` when another runs. */
export async function claimDataFolder(config: Config): Promise<() => Promise<void>> {
  await makePrivateFolder(config.paths.run);
  const file = join(config.paths.run, 'supervisor.json');
  const holder = await readHolder(file);
  if (holder !== null && holder.pid !== process.pid && isAlive(holder)) {
    throw new FatalError(`Emberlab runs already with the data folder ${config.dataDir} (process ${holder.pid}). Please stop that first, or choose another folder with --data.`);
  }
  await writeFileAtomic(file, JSON.stringify(identify(process.pid)));
  return () => rm(file, { force: true });
}

async function readHolder(file: string): Promise<ProcessIdentity | null> {
  try {
    const { pid, startTicks } = JSON.parse(await readFile(file, 'utf8')) as Partial<ProcessIdentity>;
    return typeof pid === 'number' && typeof startTicks === 'string' ? { pid, startTicks } : null;
  } catch {
    return null;
  }
}
