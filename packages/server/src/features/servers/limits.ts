import type { Configuration } from '@emberlab/contract';
import type { Taken } from '../limits/index.ts';
import type { ProfileService } from '../profiles/index.ts';
import type { LimitedBy, ServerLimits, ServerUse } from '../../spawners/spawner.ts';

/** What a server may take, who sees to that, and what it runs in; `profile` absent: in what its spawner has for all. */
export type KeptLimits = ServerLimits & {
  readonly by: LimitedBy;
  readonly profile?: { readonly name: string; readonly label: string };
};

/** A server, as far as it matters for what it counts as. */
export type Counted = {
  readonly projectId: string;
  readonly userId: string;
  readonly configuration: Configuration;
  /** null: its process has not been started */
  readonly limits: KeptLimits | null;
};

/**
 * What a server may take: what its configuration says, else what its profile gives, or the platform. That of Spark speaks of drivers, which are no part of the server.
 */
export function limitsOf(configuration: Configuration, platform: ServerLimits): ServerLimits {
  if (configuration.type === 'spark') return platform;
  const { memoryMb, cores } = configuration;
  return { memoryMb, cores };
}

/** Says what a server counts as, among all that its member and its project have. What it asks nothing of can't be counted. */
export function createTakenBy({
  profiles,
  config,
}: {
  readonly profiles: Pick<ProfileService, 'choose'>;
  readonly config: { readonly serverLimits: ServerLimits };
}) {
  return async ({ projectId, userId, configuration, limits }: Counted): Promise<Taken> => {
    // What runs has what it was given; of what waits it is asked.
    const gives = async () => (await profiles.choose(projectId, configuration)).profile?.gives ?? config.serverLimits;
    const { memoryMb, cores } = limits ?? limitsOf(configuration, await gives());
    return {
      projectId,
      userId,
      kind: 'server',
      memoryBytes: (memoryMb ?? 0) * 1024 ** 2,
      cores: cores ?? 0,
      yields: false,
    };
  };
}

/** The notebooks whose processes are there no more, each once. */
export function endedNotebooks(before: ServerUse['processes'], now: ServerUse['processes']): string[] {
  const present = new Set(now.map((one) => one.pid));
  const ended = before.filter((one) => !present.has(one.pid)).flatMap(({ notebook }) => notebook ?? []);
  return [...new Set(ended)];
}
