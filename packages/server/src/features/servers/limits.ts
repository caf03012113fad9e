import type { Configuration } from '@emberlab/contract';
import type { Taken } from '../limits/index.ts';
import type { LimitedBy, ServerLimits, ServerUse } from '../../spawners/spawner.ts';

/** What a server may take, and who sees to that. */
export type KeptLimits = ServerLimits & { readonly by: LimitedBy };

/**
 * What a server may take: what its configuration says, else what the platform does. That of Spark speaks of drivers, which are no part of the server.
 */
export function limitsOf(configuration: Configuration, platform: ServerLimits): ServerLimits {
  if (configuration.type === 'spark') return platform;
  const { memoryMb, cores } = configuration;
  return { memoryMb, cores };
}

/** What a server counts as, among all that its member and its project have. What it asks nothing of can't be counted. */
export function takenBy(
  { projectId, userId, configuration }: { projectId: string; userId: string; configuration: Configuration },
  platform: ServerLimits,
): Taken {
  const { memoryMb, cores } = limitsOf(configuration, platform);
  return {
    projectId,
    userId,
    kind: 'server',
    memoryBytes: (memoryMb ?? 0) * 1024 ** 2,
    cores: cores ?? 0,
    yields: false,
  };
}

/** The notebooks whose processes are there no more, each once. */
export function endedNotebooks(before: ServerUse['processes'], now: ServerUse['processes']): string[] {
  const present = new Set(now.map((one) => one.pid));
  const ended = before.filter((one) => !present.has(one.pid)).flatMap(({ notebook }) => notebook ?? []);
  return [...new Set(ended)];
}
