import { oneUser } from '../../identities/one-user.ts';
import type { Identities } from '../../identities/identities.ts';
import type { DockerOptions } from './settings.ts';

/** Settings as tests have them, but for what matters to one. */
export const testSettings = (more: Partial<DockerOptions> = {}): DockerOptions => ({
  socket: '/nowhere/docker.sock',
  image: 'server:1',
  pull: true,
  controlUrl: null,
  network: null,
  internet: true,
  tmpMb: 100,
  processes: 200,
  ...more,
});

/** Everybody is this one user, who is not root whatever runs the tests. */
export function someUser(): Identities {
  const one = oneUser();
  return {
    ...one,
    of: async (...whose) => ({ ...(await one.of(...whose)), numbers: { user: 12_345, groups: [12_346, 12_345] } }),
  };
}
