import type { LivySettingsBody } from '@emberlab/contract';
import type { Kysely } from 'kysely';
import type { Config } from '../../../config.ts';
import type { Database } from '../../../db/schema.ts';
import type { Clock } from '../../../lib/clock.ts';
import { createSealer } from '../../../lib/seal.ts';
import { defaultLimits } from '../limits.ts';
import { createLivyClient } from './client.ts';
import { createLivyStore } from './livy-store.ts';
import { createLivySettings } from './settings.ts';

/** Projects' Livy servers for whoever may read the data folder: that is an administrator. A running platform reads each change with its next request. */
export function createLivyAdmin({ db, clock, config }: { db: Kysely<Database>; clock: Clock; config: Config }) {
  const settings = createLivySettings({
    store: createLivyStore(db, createSealer(config.paths.secretsKey)),
    client: createLivyClient({ clock, limits: defaultLimits }),
    clock,
    allowed: config.livyAllowed,
    onChanged: () => {},
  });
  return {
    get: (projectId: string) => settings.get(projectId, true),
    set: (projectId: string, body: LivySettingsBody) => settings.set(projectId, body, true),
    remove: (projectId: string) => settings.remove(projectId),
    test: (projectId: string) => settings.testCurrent(projectId),
  };
}
