import { expect, it } from 'vitest';
import type { Config } from './config.ts';
import { oneUser } from './identities/one-user.ts';
import { systemClock } from './lib/clock.ts';
import { createServerSpawner } from './server-spawner.ts';
import { FatalError } from './supervise/messages.ts';

it('gives nobody containers where members run as the user who may use Docker', async () => {
  const config = { docker: {}, kubernetes: null } as unknown as Config;
  const made = createServerSpawner({ config, clock: systemClock, cgroups: null, identities: oneUser() });
  await expect(made).rejects.toThrow(FatalError);
  await expect(made).rejects.toThrow('please start Emberlab as root');
});
