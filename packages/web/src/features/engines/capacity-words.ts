import type { ClusterCapacity } from '@emberlab/contract';
import { countOf, formatBytes } from '../../lib/units.ts';

/** What is free in a cluster, as words: `5 of 8 cores and 12 GB of 16 GB are free on 2 machines.` */
export function spellCapacity({ workers, cores, memoryBytes, waiting }: ClusterCapacity): string {
  const free = (share: { total: number; used: number }): number => Math.max(0, share.total - share.used);
  const memory = `${formatBytes(free(memoryBytes))} of ${formatBytes(memoryBytes.total)}`;
  const machines = countOf(workers, 'machine');
  return `${free(cores)} of ${countOf(cores.total, 'core')} and ${memory} are free on ${machines}.${spellWaiting(waiting)}`;
}

function spellWaiting(waiting: number): string {
  if (waiting === 0) return '';
  return ` ${countOf(waiting, 'application')} ${waiting === 1 ? 'waits' : 'wait'} for executors.`;
}
