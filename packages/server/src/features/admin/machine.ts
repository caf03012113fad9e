import { statfs } from 'node:fs/promises';
import { cpus, freemem, totalmem } from 'node:os';
import type { MachineSample } from '@emberlab/contract';

/** What is read of the machine itself. */
export type MachineState = Pick<
  MachineSample,
  'cores' | 'coresBusy' | 'memoryTotalBytes' | 'memoryUsedBytes' | 'diskTotalBytes' | 'diskUsedBytes'
>;

/** Reads the machine. Cores are those that were busy since the same meter was read before. */
export type MachineMeter = () => Promise<MachineState>;

/** Over a shorter time the part that was busy says nothing, ms. */
const leastMs = 1000;

/** Makes a meter; who reads at another pace needs another one. `folder`: it is its disk that counts. */
export function createMachineMeter(folder: string): MachineMeter {
  let before = cpuTimes();
  let busy = 0;
  return async () => {
    const now = cpuTimes();
    const passed = now.all - before.all;
    if (passed >= leastMs * now.cores) {
      busy = (now.busy - before.busy) / passed;
      before = now;
    }
    const disk = await statfs(folder);
    return {
      cores: now.cores,
      coresBusy: Math.round(busy * now.cores * 100) / 100,
      memoryTotalBytes: totalmem(),
      memoryUsedBytes: totalmem() - freemem(),
      diskTotalBytes: disk.blocks * disk.bsize,
      diskUsedBytes: (disk.blocks - disk.bavail) * disk.bsize,
    };
  };
}

function cpuTimes(): { cores: number; busy: number; all: number } {
  const all = cpus().map(({ times }) => times);
  const idle = all.reduce((sum, times) => sum + times.idle, 0);
  const total = all.reduce((sum, { user, nice, sys, idle: rest, irq }) => sum + user + nice + sys + rest + irq, 0);
  return { cores: all.length, busy: total - idle, all: total };
}
