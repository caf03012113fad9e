import { join } from 'node:path';
import type { Config } from './config.ts';
import type { Identities } from './identities/identities.ts';
import type { Clock } from './lib/clock.ts';
import { createDockerSpawner } from './spawners/docker/spawner.ts';
import { createKubernetesSpawner } from './spawners/kubernetes/spawner.ts';
import type { Cgroups } from './spawners/local/cgroups.ts';
import { createLocalSpawner } from './spawners/local/spawner.ts';
import type { Spawner } from './spawners/spawner.ts';
import { FatalError } from './supervise/messages.ts';

/** What a server in a container reads of this machine besides its environment. */
const shared = [join(import.meta.dirname, '../../../jupyter')];

const onlyWithUsers =
  'With spawner = docker please start Emberlab as root, with isolation = on or auto: jobs and Spark drivers run as users of their own then. Whoever runs as Emberlab’s user can use Docker’s socket, and is as good as root.';

/** What runs Jupyter servers, as the settings have it. Throws a `FatalError` where that would give members the machine. */
export async function createServerSpawner(given: {
  config: Config;
  clock: Clock;
  cgroups: Cgroups | null;
  identities: Identities;
}): Promise<Spawner> {
  const { config } = given;
  if (config.docker !== null && !given.identities.isolation.users) throw new FatalError(onlyWithUsers);
  if (config.docker !== null)
    return createDockerSpawner({ ...given, settings: config.docker, profiles: config.profiles, shared });
  if (config.kubernetes !== null)
    return createKubernetesSpawner({ ...given, settings: config.kubernetes, profiles: config.profiles });
  return createLocalSpawner(given);
}
