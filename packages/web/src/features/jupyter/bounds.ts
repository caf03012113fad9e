import type { ServerLimits } from '@emberlab/contract';

/** From this share of its memory on, a server is near the end of it. */
export const nearShare = 0.9;

/** What a server as a whole may take; null: nothing bounds that. Limits of each process by itself are none of all of them together. */
export function boundsOf(limits: ServerLimits | null): Pick<ServerLimits, 'memoryMb' | 'cores'> {
  if (limits === null || limits.by === 'none') return { memoryMb: null, cores: null };
  return { memoryMb: limits.by === 'cgroup' ? limits.memoryMb : null, cores: limits.cores };
}
