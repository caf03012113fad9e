import type { Kysely } from 'kysely';
import type { Database } from '../../db/schema.ts';
import type { Router } from '../../http/router.ts';
import type { Clock } from '../../lib/clock.ts';
import { createCredentials } from './credentials.ts';
import { registerUserRoutes } from './routes.ts';
import { createUserService } from './service.ts';
import { createUserStore } from './store.ts';

export type { GatewayCaller } from './credentials.ts';
export type { UserService } from './service.ts';

/** Accounts, logins and tokens. `secure`: the dashboard is reached over https. */
export function createUsers(deps: {
  db: Kysely<Database>;
  clock: Clock;
  secure: boolean;
  onLoginEnded: (loginDigest: string) => Promise<void>;
}) {
  const service = createUserService({
    store: createUserStore(deps.db),
    clock: deps.clock,
    onLoginEnded: deps.onLoginEnded,
  });
  const credentials = createCredentials(service, deps.secure);
  return {
    service,
    credentials,
    registerRoutes: (router: Router, onSetUp: () => Promise<void>) =>
      registerUserRoutes(router, { service, credentials, onSetUp }),
  };
}
