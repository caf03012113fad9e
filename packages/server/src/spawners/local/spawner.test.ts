import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../lib/clock.ts';
import { describeSpawner } from '../spawner.contract.ts';
import { createLocalSpawner } from './spawner.ts';

describeSpawner('local', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'ember-'));
  const paths = { servers: join(dataDir, 'servers'), run: join(dataDir, 'run') };
  return {
    spawner: createLocalSpawner({ clock: systemClock, config: { dataDir, paths } }),
    cwd: dataDir,
    [Symbol.asyncDispose]: () => rm(dataDir, { recursive: true, force: true }),
  };
});
