import { join } from 'node:path';
import type { Config } from './config.ts';
import type { Identities } from './identities/identities.ts';
import type { Clock } from './lib/clock.ts';
import { createDockerSpawner } from './spawners/docker/spawner.ts';
import { createKubernetesSpawner } from './spawners/kubernetes/spawner.ts';
import type { Cgroups } from './spawners/local/cgroups.ts';
import { createLocalSpawner } from './spawners/local/spawner.ts';
import type { Spawner } from './spawners/spawner.ts';

/** What a server in a container reads of this machine besides its environment. */
const shared = [join(import.meta.dirname, '../../../jupyter')];

/** What runs Jupyter servers, as the settings have it. */
export async function createServerSpawner(given: {
  config: Config;
  clock: Clock;
  cgroups: Cgroups | null;
  identities: Identities;
}): Promise<Spawner> {
  const { config } = given;
  if (config.docker !== null) return createDockerSpawner({ ...given, settings: config.docker, shared });
  if (config.kubernetes !== null) return createKubernetesSpawner({ ...given, settings: config.kubernetes });
  return createLocalSpawner(given);
}
