import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import type { ServerLimits } from '../spawner.ts';

/** CPU time is given out in periods of so many µs. */
const periodUs = 100_000;
const mb = 1024 ** 2;

/** The folders of a server's group, one for each of the kernel's trees that it is in; that which bounds memory is the first. */
export type CgroupFolders = readonly string[];

/** Makes groups of processes whose memory and cores the kernel bounds, one for each server. Their folders are all there is to know of them. */
export type Cgroups = {
  /** whether cores are bounded too: the kernel may have been told to do so with memory alone */
  readonly boundsCores: boolean;
  foldersOf(serverId: string): CgroupFolders;
  /** Makes the group of a server, which is empty, with these limits. Throws when it can't. */
  make(serverId: string, limits: ServerLimits): void;
  /** Removes all groups of this installation that have nothing in them. */
  sweep(): void;
};

export type CgroupOptions = {
  /** what sets the groups of this installation apart from another one's on the same machine */
  readonly name: string;
  /** where it says in which groups we are and where their trees are. Default: /proc/self, see cgroups(7) and proc(5) */
  readonly self?: string;
};

type Tree = { readonly version: 1 | 2; readonly controllers: readonly string[]; readonly own: string };

/**
 * The groups that we may make below our own: as root, or in a part of the tree that was delegated to us. Null where this machine has none, or none for
 * us. Staying below our own group keeps whatever bounds are set for us as a whole.
 */
export function findCgroups({ name, self = '/proc/self' }: CgroupOptions): Cgroups | null {
  const platform = `${name}.platform`;
  const trees = treesOf(self).map((tree) =>
    basename(tree.own) === platform ? { ...tree, own: dirname(tree.own) } : tree,
  );
  const memory = trees.find((tree) => tree.controllers.includes('memory'));
  if (memory === undefined) return null;
  const cores = trees.find((tree) => tree.controllers.includes('cpu')) ?? null;
  const used = [...new Set(cores === null ? [memory] : [memory, cores])];
  const base = (tree: Tree) => join(tree.own, name);
  const folder = (tree: Tree, serverId: string) => join(base(tree), serverId);
  /** Makes the folder of all our groups, and has the kernel bound what is in them. It is there while there are groups. */
  const prepare = (tree: Tree) => {
    mkdirSync(base(tree), { recursive: true });
    if (tree.version === 2) for (const at of [tree.own, base(tree)]) enable(at, tree.controllers, platform);
  };
  try {
    for (const tree of used) {
      prepare(tree);
      removeFolder(base(tree));
    }
  } catch {
    return null;
  }

  return {
    boundsCores: cores !== null,
    foldersOf: (serverId) => used.map((tree) => folder(tree, serverId)),
    make(serverId, limits) {
      for (const tree of used) {
        prepare(tree);
        mkdirSync(folder(tree, serverId), { recursive: true });
      }
      if (limits.memoryMb !== null) boundMemory(memory.version, folder(memory, serverId), limits.memoryMb * mb);
      if (limits.cores !== null && cores !== null) boundCores(cores.version, folder(cores, serverId), limits.cores);
    },
    sweep() {
      for (const tree of used) {
        if (!existsSync(base(tree))) continue;
        for (const one of readdirSync(base(tree), { withFileTypes: true })) {
          if (one.isDirectory()) removeGroup([join(base(tree), one.name)]);
        }
      }
    },
  };
}

/** The group that bounds memory of a process that somebody else has put there; none: there is no such process, or nothing bounds it. */
export function groupsOfProcess(pid: number): CgroupFolders {
  const place = `/proc/${pid}`;
  if (linesOf(join(place, 'cgroup')).length === 0) return [];
  const memory = treesOf('/proc/self', place).find((tree) => tree.controllers.includes('memory'));
  return memory === undefined ? [] : [memory.own];
}

/** What the processes of a group take of memory, bytes, and how often one of them was ended for that; null: there is no such group. */
export function memoryOfGroup([folder = '']: CgroupFolders): { bytes: number; kills: number } | null {
  try {
    const isSecond = existsSync(join(folder, 'memory.current'));
    const current = read(folder, isSecond ? 'memory.current' : 'memory.usage_in_bytes');
    // What the kernel holds of files and gives away when it is short is no use of memory that anybody feels.
    const cache = valueOf(read(folder, 'memory.stat'), isSecond ? 'inactive_file' : 'total_inactive_file');
    const kills = valueOf(read(folder, isSecond ? 'memory.events' : 'memory.oom_control'), 'oom_kill');
    return { bytes: Math.max(0, Number(current) - cache), kills };
  } catch {
    return null;
  }
}

/** The processes in a group. */
export const pidsOfGroup = (folders: CgroupFolders): number[] => [
  ...new Set(folders.flatMap((folder) => linesOf(join(folder, 'cgroup.procs')).map(Number))),
];

/** Removes a group. False while there is something in it; true when it is gone, or never was. */
export function removeGroup(folders: CgroupFolders): boolean {
  for (const folder of folders) {
    if (!removeFolder(folder)) return false;
    removeFolder(dirname(folder));
  }
  return true;
}

/** Removes the folder of a group. The kernel's files in it are no obstacle, processes and other groups are. */
function removeFolder(folder: string): boolean {
  try {
    rmdirSync(folder);
    return true;
  } catch (error) {
    return codeOf(error) === 'ENOENT';
  }
}

/** With version 2 a group bounds its children only if it says so, and then no process may be in it itself: ours move into one of their own. */
function enable(folder: string, controllers: readonly string[], platformName: string): void {
  const wanted = ['memory', 'cpu'].filter((one) => controllers.includes(one)).map((one) => `+${one}`);
  const file = join(folder, 'cgroup.subtree_control');
  try {
    writeFileSync(file, wanted.join(' '));
  } catch (error) {
    if (codeOf(error) !== 'EBUSY') throw error;
    const ours = new Set([process.pid, process.ppid, ...childrenOf(process.ppid)]);
    const inside = linesOf(join(folder, 'cgroup.procs')).map(Number);
    // Those of a login, say, are not ours to move.
    if (inside.some((pid) => !ours.has(pid))) throw error;
    const platform = join(folder, platformName);
    mkdirSync(platform, { recursive: true });
    for (const pid of inside) writeFileSync(join(platform, 'cgroup.procs'), String(pid));
    writeFileSync(file, wanted.join(' '));
  }
}

function boundMemory(version: 1 | 2, folder: string, bytes: number): void {
  if (version === 2) {
    writeFileSync(join(folder, 'memory.max'), String(bytes));
    ifThere(() => writeFileSync(join(folder, 'memory.swap.max'), '0'));
    return;
  }
  writeFileSync(join(folder, 'memory.limit_in_bytes'), String(bytes));
  // Memory and swap together: without it, what is too much is swapped out.
  ifThere(() => writeFileSync(join(folder, 'memory.memsw.limit_in_bytes'), String(bytes)));
}

function boundCores(version: 1 | 2, folder: string, cores: number): void {
  const quota = String(Math.round(cores * periodUs));
  if (version === 2) return writeFileSync(join(folder, 'cpu.max'), `${quota} ${periodUs}`);
  writeFileSync(join(folder, 'cpu.cfs_period_us'), String(periodUs));
  writeFileSync(join(folder, 'cpu.cfs_quota_us'), quota);
}

/** The trees that bound memory or cores, and our own place in each, or another process's. */
function treesOf(self: string, whose = self): Tree[] {
  const places = new Map<string, string>();
  for (const line of linesOf(join(whose, 'cgroup'))) {
    // hierarchy:controllers:path; version 2 has no controllers here
    const [, controllers = '', ...path] = line.split(':');
    for (const one of controllers.split(',')) places.set(one, path.join(':'));
  }
  const trees: Tree[] = [];
  for (const line of linesOf(join(self, 'mountinfo'))) {
    const [mount = '', source = ''] = line.split(' - ');
    const [, , , root = '', point = ''] = mount.split(' ');
    const [type, , options = ''] = source.split(' ');
    const at = (path: string) => join(point, relative(root, path));
    if (type === 'cgroup2') {
      const own = at(places.get('') ?? '/');
      const controllers = linesOf(join(own, 'cgroup.controllers')).flatMap((one) => one.split(' '));
      trees.push({ version: 2, controllers, own });
    } else if (type === 'cgroup') {
      const controllers = options.split(',').filter((one) => places.has(one));
      trees.push({ version: 1, controllers, own: at(places.get(controllers[0] ?? '') ?? '/') });
    }
  }
  return trees;
}

function childrenOf(pid: number): number[] {
  return linesOf(`/proc/${pid}/task/${pid}/children`).flatMap((line) => line.trim().split(' ').map(Number));
}

const read = (folder: string, file: string): string => readFileSync(join(folder, file), 'utf8');

/** The number behind a name in a file with one `name number` a line; 0 where there is none. */
function valueOf(text: string, name: string): number {
  const line = text.split('\n').find((one) => one.startsWith(`${name} `));
  return line === undefined ? 0 : Number(line.slice(name.length + 1));
}

function linesOf(path: string): string[] {
  try {
    return readFileSync(path, 'utf8')
      .split('\n')
      .filter((line) => line !== '');
  } catch {
    return [];
  }
}

function ifThere(write: () => void): void {
  try {
    write();
  } catch (error) {
    if (!['ENOENT', 'EACCES', 'EPERM', 'EOPNOTSUPP'].includes(codeOf(error))) throw error;
  }
}

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : '');
