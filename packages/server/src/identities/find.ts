import { chmod, lstat, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import type { Kysely } from 'kysely';
import type { Config } from '../config.ts';
import type { Database } from '../db/schema.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import type { Identities } from './identities.ts';
import { oneUser } from './one-user.ts';
import { createUnixIdentities } from './unix/identities.ts';
import { createKeeper, type Keeper } from './unix/keeper.ts';
import { programs, systemPath } from './unix/machine.ts';
import { probe } from './unix/probe.ts';
import { createAccountStore } from './unix/store.ts';
import { viewOf } from './unix/view.ts';

export type FindOptions = {
  readonly config: Pick<Config, 'dataDir' | 'isolation' | 'unixIds' | 'memberProcesses' | 'python' | 'paths'>;
  readonly db: Kysely<Database>;
  readonly clock: Clock;
  readonly log: Log;
  /** files and folders that members' processes have to reach, besides the data folder */
  readonly needed: readonly string[];
  /** those of them that each of these processes reads; absent ones don't matter */
  readonly read: readonly string[];
};

/**
 * Who runs what we start for members on this machine: users of their own where we are root and the setting lets us, else the one user that we are, and
 * why. Throws when the setting asks for users and there can be none.
 */
export async function findIdentities(options: FindOptions): Promise<{ identities: Identities; keeper: Keeper | null }> {
  const { config, log } = options;
  const one = (missing: readonly string[]) => {
    if (config.isolation === 'on') {
      throw new Error(`The setting isolation is on, and members can't get users of this machine. ${missing.join(' ')}`);
    }
    log.info({ missing }, 'everything runs as one user of the machine');
    return { identities: oneUser(missing), keeper: null };
  };
  if (config.isolation === 'off') return one(['The setting isolation is off.']);
  if (process.getuid?.() !== 0) {
    return one(['Emberlab does not run as root. Please start it as root, so that it can run each member as a user.']);
  }
  const found = await execa('sh', ['-c', 'for one; do command -v "$one" >&2 || echo "$one"; done', 'sh', ...programs], {
    env: { PATH: systemPath },
    extendEnv: false,
  });
  if (found.stdout !== '') {
    return one([
      `This machine has no ${found.stdout.split('\n').join(', ')}. Please install them: Debian has them in passwd and libc-bin.`,
    ]);
  }
  const python = await pythonOf(config.python);
  await openDataFolder(config);
  const view = viewOf([config.dataDir, ...options.needed, ...python.needed]);
  const facts = await probe({ python: python.file, view, read: options.read, dataDir: config.dataDir });
  if (!facts.users) return one(facts.missing);
  const store = createAccountStore(options.db);
  log.info({ mounts: facts.mounts, missing: facts.missing }, 'each member of a project is a user of the machine');
  return {
    identities: createUnixIdentities({
      store,
      dataDir: config.dataDir,
      ids: config.unixIds,
      python: python.file,
      view: facts.mounts ? view : null,
      processes: config.memberProcesses,
      isolation: { users: true, ownTmp: facts.mounts, missing: facts.missing },
    }),
    keeper: createKeeper({ ...options, store, dataDir: config.dataDir }),
  };
}

/** Where a Python lies, and what it needs of the machine besides its own file. */
async function pythonOf(name: string): Promise<{ file: string; needed: string[] }> {
  const program = 'import os, sys; print(os.path.realpath(sys.executable), sys.base_prefix, sep="\\n")';
  const { stdout } = await execa(name, ['-I', '-S', '-c', program]);
  const [file = '', base = '/'] = stdout.split('\n');
  return { file, needed: [file, base] };
}

/**
 * Lets others go through the data folder and those below it that hold what is shared with members, and closes all else in it: what is there is decided
 * folder by folder. They see names nowhere.
 */
async function openDataFolder({ dataDir, paths }: Pick<Config, 'dataDir' | 'paths'>): Promise<void> {
  const { projects, environments, servers, sessions, batches, uploads, run } = paths;
  const passages = [projects, environments, servers, sessions, batches, uploads, run, join(dataDir, 'homes')];
  for (const path of [dataDir, ...passages]) {
    await mkdir(path, { recursive: true, mode: 0o700 });
    await chmod(path, 0o711);
  }
  for (const name of await readdir(dataDir)) {
    const path = join(dataDir, name);
    if (passages.includes(path) || path === paths.tools) continue;
    const { mode } = await lstat(path);
    if ((mode & 0o170000) !== 0o120000 && (mode & 0o077) !== 0) await chmod(path, mode & 0o700);
  }
}
