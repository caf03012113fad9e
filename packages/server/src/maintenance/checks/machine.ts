import { constants } from 'node:fs';
import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { totalmem } from 'node:os';
import { execa } from 'execa';
import type { Config } from '../../config.ts';
import { tailLines } from '../../lib/log-file.ts';
import { ok, problem, warning, type Finding } from '../finding.ts';

const leastNode = 24;
const littleMemory = 4 * 1024 ** 3;
const fewOpenFiles = 4096;

export function checkNode(version = process.versions.node): Finding {
  return Number(version.split('.')[0]) >= leastNode
    ? ok('Node', `Node ${version} runs this.`)
    : problem(
        'Node',
        `This is Node ${version}; ${leastNode} or newer is needed.`,
        'Please run ./start, which brings its own.',
      );
}

export function checkMemory(bytes = totalmem()): Finding {
  const text = `The machine has ${(bytes / 1024 ** 3).toFixed(1)} GB of memory.`;
  return bytes < littleMemory
    ? warning(
        'Memory',
        text,
        'One Jupyter server with Spark takes 2 GB and more: please give it more, or lower server_memory_mb and session_warm_memory_mb.',
      )
    : ok('Memory', text);
}

/** How many files a process may have open: each connection and each socket is one. */
export async function checkOpenFiles(limits = '/proc/self/limits'): Promise<Finding> {
  const about = 'Open files';
  const most = /^Max open files\s+(\S+)/m.exec(await readFile(limits, 'utf8').catch(() => ''))?.[1] ?? 'unlimited';
  const text = `A process may have ${most} files open.`;
  return Number(most) < fewOpenFiles
    ? warning(
        about,
        text,
        'Please raise it, for example by ulimit -n 65536, or LimitNOFILE=65536 in the unit of systemd.',
      )
    : ok(about, text);
}

/** Whether the machine keeps its clock right by itself. */
export async function checkTime(): Promise<Finding> {
  const asked = await execa('timedatectl', ['show', '--property=NTPSynchronized', '--value'], { reject: false });
  if (asked.failed) return ok('Time', 'Nothing here can tell whether the clock is set by the network.');
  return asked.stdout.trim() === 'yes'
    ? ok('Time', 'The clock is set by the network.')
    : warning(
        'Time',
        'The clock is not set by the network.',
        'Logins, tokens and the ends of servers go by it. Please run: timedatectl set-ntp true',
      );
}

/** Whether the kernel can bound what Jupyter servers take. What the platform found at its last start counts: its place is another one than ours. */
export async function checkCgroups(config: Config, tree = '/sys/fs/cgroup'): Promise<Finding> {
  const about = 'Cgroups';
  const lines = await tailLines(join(config.paths.logs, 'control.log'), 2000).catch(() => []);
  const last = lines.findLast((line) => line.includes('"limits of Jupyter servers"'));
  const found = last === undefined ? await isWritable(tree) : last.includes('"cgroups":true');
  return found
    ? ok(about, 'The kernel bounds the memory and cores of each Jupyter server as a whole.')
    : warning(
        about,
        'There are no cgroups for us: memory is bounded process by process, and cores can be taken back.',
        'With systemd, please set Delegate=yes in the unit; in a container, let /sys/fs/cgroup be writable.',
      );
}

const isWritable = (path: string): Promise<boolean> =>
  access(path, constants.W_OK).then(
    () => true,
    () => false,
  );
