import { mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Config } from '../../config.ts';
import { delay, type Clock } from '../../lib/clock.ts';
import { makePrivateFolder } from '../../lib/files.ts';
import { isAlive, signalGroup, spawnDetached, type ProcessIdentity } from '../../lib/process.ts';
import { SpawnError, type Spawner } from '../spawner.ts';
import { leaderOf, marker, processesOf, signal } from './processes.ts';

/** How long a server may take to end by itself, ms. */
const graceMs = 5000;
const lookEveryMs = 25;
/** What force does not end within this long waits in the kernel for something, such as a disk that is gone; ms. */
const giveUpMs = 10_000;
const logName = 'server.log';

export type LocalSpawnerOptions = {
  readonly clock: Clock;
  readonly config: { readonly dataDir: string; readonly paths: Pick<Config['paths'], 'servers' | 'run'> };
};

/** Runs servers as processes on this machine, as the user that we are. */
export function createLocalSpawner({ clock, config }: LocalSpawnerOptions): Spawner {
  const { dataDir, paths } = config;
  const folderOf = (serverId: string) => join(paths.servers, serverId);
  const socketOf = (serverId: string) => join(paths.run, 's', `${serverId}.sock`);
  const homeOf = (projectId: string, userId: string) => join(dataDir, 'homes', projectId, userId);

  /** Resolves when none of them runs any more, or after `ms`; says which. */
  async function haveEnded(processes: readonly ProcessIdentity[], ms: number): Promise<boolean> {
    for (const end = clock.now() + ms; ;) {
      if (!processes.some((one) => isAlive(one))) return true;
      if (clock.now() >= end) return false;
      await delay(clock, lookEveryMs);
    }
  }

  return {
    places: ({ serverId, projectId, userId }) => ({
      folder: folderOf(serverId),
      socket: socketOf(serverId),
      home: homeOf(projectId, userId),
    }),
    log: (serverId) => join(folderOf(serverId), logName),
    find: async (serverId) => leaderOf(serverId),
    isAlive: async (handle) => isAlive(handle),

    async start(spec) {
      const folder = folderOf(spec.serverId);
      const socket = socketOf(spec.serverId);
      const log = join(folder, logName);
      try {
        for (const path of [folder, dirname(socket), homeOf(spec.projectId, spec.userId)])
          await makePrivateFolder(path);
        for (const [name, content] of Object.entries(spec.files)) {
          const path = join(folder, name);
          await mkdir(dirname(path), { recursive: true, mode: 0o700 });
          await writeFile(path, content, { mode: 0o600 });
        }
        for (const [name, target] of Object.entries(spec.links ?? {})) {
          const path = join(folder, name);
          await mkdir(dirname(path), { recursive: true, mode: 0o700 });
          await rm(path, { force: true });
          await symlink(target, path);
        }
        await rm(socket, { force: true });
        const { identity, exited } = await spawnDetached({
          file: spec.file,
          args: spec.args,
          cwd: spec.cwd,
          env: { ...spec.env, [marker]: spec.serverId },
          stdoutFile: log,
          stderrFile: log,
        });
        return { handle: identity, exited };
      } catch (error) {
        throw new SpawnError(explain(error), { cause: error });
      }
    },

    async stop(serverId, handle) {
      // Seen before the server is told: what has lost its parent and its marker by then could not be found any more.
      const before = processesOf(serverId);
      if (handle !== null && signalGroup(handle, 'SIGTERM')) await haveEnded([handle], graceMs);
      for (const end = clock.now() + giveUpMs; ;) {
        const left = [...processesOf(serverId), ...before.filter((one) => isAlive(one))];
        if (left.length === 0) return;
        if (clock.now() >= end)
          throw new Error(`processes of server ${serverId} can't be ended: ${left.map((one) => one.pid).join()}`);
        for (const one of left) signal(one, 'SIGKILL');
        await haveEnded(left, 1000);
      }
    },

    async clean(serverId) {
      const folder = folderOf(serverId);
      for (const name of await readdir(folder).catch(() => [])) {
        if (name !== logName) await rm(join(folder, name), { recursive: true, force: true });
      }
      await rm(socketOf(serverId), { force: true });
    },

    async forget(serverId) {
      await rm(folderOf(serverId), { recursive: true, force: true });
    },
  };
}

const sentences: Readonly<Record<string, string>> = {
  ENOENT: 'The Python of the environment is not there any more. Please build the environment again.',
  EACCES: "Emberlab may not write its data folder or run the environment's Python. Please check their owner and mode.",
  ENOSPC: 'The disk is full. Please free some space.',
  EAGAIN: 'This machine takes no more processes. Please stop something first.',
  ENOMEM: 'This machine has no memory left. Please stop something first.',
};

function explain(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return (
    sentences[code] ?? `The process could not be started: ${error instanceof Error ? error.message : String(error)}.`
  );
}
