import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../config.ts';
import { delay, systemClock } from '../lib/clock.ts';
import { makePrivateFolder } from '../lib/files.ts';
import { identify, isAlive, type ProcessIdentity } from '../lib/process.ts';
import { FatalError } from './messages.ts';

type Holder = ProcessIdentity & { readonly port: number | null; readonly replicas: boolean };

/** How often one that waits for another's set-up looks, ms. */
const lookEveryMs = 200;

/**
 * Makes sure that one `./start` alone works on the data folder: set-up, and what serves afterwards. Answers a function that gives it back. Throws a
 * `FatalError` when another one does. `beside`: replicas may serve it meanwhile, and one that sets up is waited for.
 */
export async function claimDataFolder(
  config: Config,
  { beside = false }: { beside?: boolean } = {},
): Promise<() => Promise<void>> {
  await makePrivateFolder(config.paths.run);
  const file = join(config.paths.run, alone);
  for (;;) {
    try {
      // Fails where the file is: of two at once one makes it.
      await writeFile(file, holderOf(config), { flag: 'wx', mode: 0o600 });
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const holder = await readHolder(file);
    if (holder !== null && isAlive(holder)) {
      if (!beside || !holder.replicas) throw taken(config, holder);
      await delay(systemClock, lookEveryMs);
      continue;
    }
    // Left behind by one that was killed.
    await rm(file, { force: true });
  }
  const release = () => rm(file, { force: true });
  const [replica] = beside ? [] : await replicasOf(config);
  if (replica === undefined) return release;
  await release();
  throw taken(config, replica);
}

/** Serves the data folder as one of several from now on; the caller has claimed it, and gives that back afterwards. Answers a function that ends it. */
export async function joinReplicas(config: Config): Promise<() => Promise<void>> {
  const file = join(config.paths.run, `replica-${process.pid}.json`);
  await writeFile(file, holderOf(config), { mode: 0o600 });
  return () => rm(file, { force: true });
}

/** The port at which an Emberlab serves this data folder: it may have been started with another than the settings say. null: none runs, or it is older. */
export async function servedPort(config: Config): Promise<number | null> {
  const holder = await readHolder(join(config.paths.run, alone));
  if (holder !== null && isAlive(holder)) return holder.port;
  const [replica] = await replicasOf(config);
  return replica?.port ?? null;
}

const alone = 'supervisor.json';

const holderOf = (config: Config): string =>
  JSON.stringify({ ...identify(process.pid), port: config.port, replicas: config.replicas });

const taken = (config: Config, holder: Holder): FatalError =>
  new FatalError(
    `Emberlab runs already with the data folder ${config.dataDir} (process ${holder.pid}). Please stop that first, or choose another folder with --data.`,
  );

/** Those that serve the data folder together. What those left that were killed is removed. */
async function replicasOf(config: Config): Promise<Holder[]> {
  const names = await readdir(config.paths.run).catch(() => []);
  const found: Holder[] = [];
  for (const name of names.filter((one) => /^replica-\d+\.json$/.test(one))) {
    const holder = await readHolder(join(config.paths.run, name));
    if (holder !== null && isAlive(holder)) found.push(holder);
    else await rm(join(config.paths.run, name), { force: true });
  }
  return found;
}

async function readHolder(file: string): Promise<Holder | null> {
  try {
    const read = JSON.parse(await readFile(file, 'utf8')) as Partial<Holder>;
    const { pid, startTicks, port = null, replicas = false } = read;
    return typeof pid === 'number' && typeof startTicks === 'string' ? { pid, startTicks, port, replicas } : null;
  } catch {
    return null;
  }
}
