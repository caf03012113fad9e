import type { MemoryEnd, ServerLimits, ServerUse } from '@emberlab/contract';
import { countOf, formatBytes, formatMegabytes } from '../../lib/units.ts';
import { boundsOf } from './bounds.ts';

/** `4 GB · 2 cores`; what has no limit is said to have none. */
export function spellLimits({ memoryMb, cores }: ServerLimits): string {
  if (memoryMb === null && cores === null) return 'no limit';
  const memory = memoryMb === null ? 'memory without a limit' : formatMegabytes(memoryMb);
  return `${memory} · ${cores === null ? 'all cores' : countOf(cores, 'core')}`;
}

/** Who sees to that, and what it means; null: there is nothing to see to. */
export function spellLimitedBy({ memoryMb, cores, by }: ServerLimits): string | null {
  if (memoryMb === null && cores === null) return null;
  if (by === 'cgroup') return 'Kept by the system (cgroup), for Jupyter, its kernels and its terminals together.';
  if (by === 'none') return 'Nothing on this machine keeps them.';
  const parts = [
    ...(memoryMb === null ? [] : ['the memory of each process by itself (rlimit)']),
    ...(cores === null ? [] : ['the cores that they may run on']),
  ];
  return `Kept by the system: ${parts.join(', and ')}.`;
}

/** `1st`, `2nd`, `3rd`, `11th`. */
export function ordinal(position: number): string {
  const teens = position % 100 >= 11 && position % 100 <= 13;
  const ending = teens ? 'th' : (['th', 'st', 'nd', 'rd'][position % 10] ?? 'th');
  return `${position}${ending}`;
}

/** A measure of a server: how it is said, and how much of what it may take that is (0 to 1), where that is known. */
export type Measure = { readonly label: string; readonly text: string; readonly share: number | null };

/** What a server takes, against what it may where its processes are counted together. */
export function measures(use: ServerUse, limits: ServerLimits | null): Measure[] {
  const { memoryMb, cores } = boundsOf(limits);
  const memory = formatBytes(use.memoryMb * 1024 ** 2);
  return [
    {
      label: 'Memory',
      text: memoryMb === null ? memory : `${memory} of ${formatMegabytes(memoryMb)}`,
      share: memoryMb === null ? null : Math.min(1, use.memoryMb / memoryMb),
    },
    {
      label: 'CPU',
      text: cores === null ? countOf(use.cores, 'core') : `${use.cores} of ${countOf(cores, 'core')}`,
      share: cores === null ? null : Math.min(1, use.cores / cores),
    },
  ];
}

/** What became of a process that took too much memory: whose it was, and what to do. */
export function spellMemoryEnd({ notebook, times }: MemoryEnd, limits: ServerLimits | null): string {
  const limit = limits === null || limits.memoryMb === null ? '' : ` (${formatMegabytes(limits.memoryMb)})`;
  const what = notebook === null ? 'A kernel or another process' : `The kernel of ${notebook}, or what it had started,`;
  const again = times > 1 ? ` In all, ${times} processes of this server have ended so.` : '';
  return `${what} was ended because the memory of this server ran out${limit}. The values of its variables are lost. Please load less data at once, or shut down kernels that are not needed.${again}`;
}
