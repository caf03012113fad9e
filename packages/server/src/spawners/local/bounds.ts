import { accessSync, constants, readFileSync } from 'node:fs';
import type { LimitedBy, ServerLimits } from '../spawner.ts';
import type { CgroupFolders, Cgroups } from './cgroups.ts';

/** What holds a process, and all that it starts, within its limits. */
export type Bounds = {
  /** the groups that it is in; empty: in none */
  readonly groups: CgroupFolders;
  /** what each process may have of memory for data, kB (RLIMIT_DATA); null: as much as there is */
  readonly dataKb: number | null;
  /** the CPUs that it runs on, as taskset(1) has them; null: on all */
  readonly cpus: string | null;
};

const tasksetProgram = '/usr/bin/taskset';

/** Whether processes can be told which CPUs to run on. */
export const hasTaskset = (): boolean => {
  try {
    accessSync(tasksetProgram, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

/** By what limits are kept where there are these groups, or none. */
export function limitedBy({ memoryMb, cores }: ServerLimits, cgroups: Cgroups | null, taskset: boolean): LimitedBy {
  if (cgroups !== null && (memoryMb !== null || (cores !== null && cgroups.boundsCores))) return 'cgroup';
  return memoryMb !== null || (cores !== null && taskset) ? 'rlimit' : 'none';
}

/**
 * The bounds that keep a server within its limits. Without a group memory is bounded by RLIMIT_DATA, for each process by itself: unlike RLIMIT_AS it
 * does not count address space that Node and the JVM set aside and never use.
 */
export function boundsOf(
  serverId: string,
  { memoryMb, cores }: ServerLimits,
  cgroups: Cgroups | null,
  taskset: boolean,
): Bounds {
  return {
    groups: cgroups?.foldersOf(serverId) ?? [],
    dataKb: memoryMb === null || cgroups !== null ? null : memoryMb * 1024,
    cpus: cores === null || cgroups?.boundsCores === true || !taskset ? null : cpusFor(serverId, cores, ownCpus()),
  };
}

/**
 * So many of these CPUs, others for another server, that not all are crowded on the first ones. Null when that would be all of them.
 */
export function cpusFor(serverId: string, cores: number, cpus: readonly number[]): string | null {
  const count = Math.ceil(cores);
  if (count >= cpus.length) return null;
  const first = Buffer.from(serverId).reduce((sum, byte) => (sum * 31 + byte) % 1_000_003, 0);
  const chosen = Array.from({ length: count }, (_, index) => cpus[(first + index) % cpus.length] ?? 0);
  return chosen.toSorted((a, b) => a - b).join(',');
}

/** The CPUs that we may run on ourselves. */
function ownCpus(): number[] {
  const list = /^Cpus_allowed_list:\s*(.*)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0';
  return list.split(',').flatMap((range) => {
    const [first = 0, last = first] = range.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}

/**
 * The program that steps into its bounds before it becomes the server: nothing of the server ever runs outside of them, and exec keeps the process that
 * it is. Arguments stay arguments: the bound for data, the folders of groups up to a `--`, the command.
 */
const wrapper = [
  'data=$1; shift',
  'while [ "$1" != -- ]; do echo $$ >"$1/cgroup.procs" || exit 126; shift; done; shift',
  '[ -z "$data" ] || ulimit -d "$data" || exit 126',
  'unset data; exec "$@"',
].join('\n');

/** A command within its bounds. */
export function bound(
  command: { readonly file: string; readonly args: readonly string[] },
  { groups, dataKb, cpus }: Bounds,
): { file: string; args: readonly string[] } {
  const pinned = cpus === null ? [] : [tasksetProgram, '--cpu-list', cpus];
  if (groups.length === 0 && dataKb === null) {
    const [file, ...args] = [...pinned, command.file, ...command.args];
    return { file: file ?? command.file, args };
  }
  const whole = [...pinned, command.file, ...command.args];
  return { file: '/bin/sh', args: ['-c', wrapper, 'emberlab', String(dataKb ?? ''), ...groups, '--', ...whole] };
}
