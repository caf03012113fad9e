import { constants } from 'node:fs';
import { access, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Config } from '../../config.ts';
import { delay, type Clock } from '../../lib/clock.ts';
import { makePrivateFolder } from '../../lib/files.ts';
import { homeOf, type Identities } from '../../identities/identities.ts';
import { oneUser } from '../../identities/one-user.ts';
import { behindLeader, exitCodeIn, leaderFiles, leaderIn, makeRoomForLeader } from '../../lib/leader.ts';
import { boundLog } from '../../lib/log-file.ts';
import { identify, isAlive, signalGroup, spawnDetached, type ProcessIdentity } from '../../lib/process.ts';
import { removeTree } from '../../lib/trees.ts';
import { layOut } from '../lay-out.ts';
import { SpawnError, type ServerSpec, type Spawner } from '../spawner.ts';
import { bound, boundsOf, hasTaskset, limitedBy } from './bounds.ts';
import { pidsOfGroup, removeGroup, type CgroupFolders, type Cgroups } from './cgroups.ts';
import { leaderOf, marker, processesOf, signal } from './processes.ts';
import { useOf } from './use.ts';

/** How long a server may take to end by itself, ms. */
const graceMs = 5000;
const lookEveryMs = 25;
/** What force does not end within this long waits in the kernel for something, such as a disk that is gone; ms. */
const giveUpMs = 10_000;
const logName = 'server.log';
const tmpName = 'tmp';
/** What stays of one that has ended. */
const kept: ReadonlySet<string> = new Set([logName, ...leaderFiles]);
/** What a project's files are made with by what runs once: its group may change them, others can't read them. */
const umask = '007';

export type LocalSpawnerOptions = {
  readonly clock: Clock;
  readonly config: Pick<Config, 'dataDir' | 'serverLogBytes'> & {
    readonly paths: Pick<Config['paths'], 'servers' | 'run'>;
  };
  /** groups that the kernel bounds; null: this machine has none for us */
  readonly cgroups: Cgroups | null;
  /** as whom they run; default: as the user that we are */
  readonly identities?: Identities;
};

/** The socket that is made for a server has this descriptor. */
const socketVariable = { EMBER_SOCKET_FD: '3' };

/** Runs servers as processes on this machine. */
export function createLocalSpawner(options: LocalSpawnerOptions): Spawner {
  const { clock, config, cgroups, identities = oneUser() } = options;
  const { dataDir, paths, serverLogBytes } = config;
  const taskset = hasTaskset();
  /** Says where a server's groups are: those of one that runs may lie elsewhere than we would make them now. */
  const groupsFileOf = (serverId: string) => join(paths.run, 'groups', serverId);
  const folderOf = (serverId: string) => join(paths.servers, serverId);
  const socketOf = (serverId: string) => join(paths.run, 's', `${serverId}.sock`);

  /** Resolves when none of them runs any more, or after `ms`; says which. */
  async function haveEnded(processes: readonly ProcessIdentity[], ms: number): Promise<boolean> {
    for (const end = clock.now() + ms; ;) {
      if (!processes.some((one) => isAlive(one))) return true;
      if (clock.now() >= end) return false;
      await delay(clock, lookEveryMs);
    }
  }

  async function groupsOf(serverId: string): Promise<CgroupFolders> {
    const text = await readFile(groupsFileOf(serverId), 'utf8').catch(() => '');
    return text.split('\n').filter((line) => line !== '');
  }

  /** Makes the group of a server. It is written down first, so that none is ever left that nobody knows. */
  async function makeGroup({ serverId, limits }: ServerSpec): Promise<void> {
    if (cgroups === null) return;
    await makePrivateFolder(dirname(groupsFileOf(serverId)));
    await writeFile(groupsFileOf(serverId), cgroups.foldersOf(serverId).join('\n'), { mode: 0o600 });
    try {
      cgroups.make(serverId, limits);
    } catch (cause) {
      throw new SpawnError('The limits of the server could not be set: this machine did not take them.', { cause });
    }
  }

  /** The kernel keeps a group until the last of its processes has been reaped, which may be a moment after its end. */
  async function removeGroupOf(serverId: string): Promise<void> {
    const groups = await groupsOf(serverId);
    for (const end = clock.now() + graceMs; !removeGroup(groups) && clock.now() < end;) {
      await delay(clock, lookEveryMs);
    }
    await rm(groupsFileOf(serverId), { force: true });
  }

  /** All of a server's processes: also what has lost its parent and its marker stays in the group. */
  async function allOf(serverId: string): Promise<ProcessIdentity[]> {
    const inGroup = pidsOfGroup(await groupsOf(serverId))
      .map(identify)
      .filter((one) => one !== null && isAlive(one));
    return [...processesOf(folderOf(serverId)), ...inGroup].filter((one): one is ProcessIdentity => one !== null);
  }

  return {
    limitedBy: (limits) => limitedBy(limits, cgroups, taskset),
    places({ serverId, ...owner }) {
      const folder = folderOf(serverId);
      const { ownTmp } = identities.isolation;
      const runtime = ownTmp ? '/tmp/.jupyter' : join(folder, 'runtime');
      return {
        folder,
        listens: { socket: socketOf(serverId) },
        home: homeOf(dataDir, owner),
        runtime,
        sockets: ownTmp,
        gateway: null,
      };
    },
    log: (serverId) => join(folderOf(serverId), logName),
    find: async (serverId) => leaderOf(folderOf(serverId), await usersOf(folderOf(serverId))),
    isAlive: async (handle) => isAlive(handle),
    reachedAt: async ({ serverId }) => socketOf(serverId),
    async runOf(serverId) {
      const folder = folderOf(serverId);
      return { begun: await leaderIn(folder), exitCode: await exitCodeIn(folder) };
    },

    async start(spec) {
      const folder = folderOf(spec.serverId);
      const socket = socketOf(spec.serverId);
      const log = join(folder, logName);
      try {
        const identity = await identities.of(spec, spec.cwd);
        await identity.lendFolder(folder);
        await identity.giveFolder(homeOf(dataDir, spec));
        await layOut(identity, folder, spec, [tmpName]);
        if (spec.once === true) await makeRoomForLeader(folder);
        await makePrivateFolder(dirname(socket));
        await rm(socket, { force: true });
        // What runs first is a shell, which would say so to the log alone.
        await access(spec.file, constants.X_OK);
        await makeGroup(spec);
        const mark = { [marker]: folder };
        const getsSocket = identity.getsSocket && spec.once !== true;
        const command = identity.command(
          { ...spec, env: { ...spec.env, ...mark, ...(getsSocket ? socketVariable : {}) } },
          { cwd: spec.cwd, tmp: join(folder, tmpName), ...(getsSocket ? { socket } : {}) },
        );
        const within = bound(command, boundsOf(spec.serverId, spec.limits, cgroups, taskset));
        const started = await spawnDetached({
          ...(spec.once === true ? behindLeader(within, { folder, umask }) : within),
          cwd: spec.cwd,
          env: { ...command.env, ...mark },
          input: command.input,
          stdoutFile: log,
          stderrFile: log,
        });
        return { handle: started.identity, exited: started.exited };
      } catch (error) {
        await removeGroupOf(spec.serverId);
        throw error instanceof SpawnError ? error : new SpawnError(explain(error), { cause: error });
      }
    },

    async stop(serverId, handle, patienceMs = graceMs) {
      // Seen before the server is told: what has lost its parent and its marker by then could not be found any more.
      const before = await allOf(serverId);
      if (handle !== null && signalGroup(handle, 'SIGTERM')) await haveEnded([handle], patienceMs);
      for (const end = clock.now() + giveUpMs; ;) {
        const left = [...(await allOf(serverId)), ...before.filter((one) => isAlive(one))];
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
        if (!kept.has(name)) await removeTree(join(folder, name));
      }
      await rm(socketOf(serverId), { force: true });
      await removeGroupOf(serverId);
    },

    boundLog: (serverId) => boundLog(join(folderOf(serverId), logName), serverLogBytes),
    use: async (serverIds) =>
      useOf(await Promise.all(serverIds.map(async (id) => ({ id, folder: folderOf(id), groups: await groupsOf(id) })))),

    async forget(serverId) {
      await removeTree(folderOf(serverId));
    },
  };
}

/** As whom a server's processes may run: as we do until they have become its member, whose group can look into its folder. */
async function usersOf(folder: string): Promise<number[]> {
  const group = (await stat(folder).catch(() => null))?.gid ?? 0;
  return [process.getuid?.() ?? 0, group];
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
