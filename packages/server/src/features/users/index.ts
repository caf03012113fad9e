import type { Kysely } from 'kysely';
import type { Database } from '../../db/schema.ts';
import type { Router } from '../../http/router.ts';
import type { Clock } from '../../lib/clock.ts';
import { createCredentials } from './credentials.ts';
import { createGuessStore } from './guess-store.ts';
import { createGuesses } from './guesses.ts';
import { createLoginService, type LoginLimits } from './logins/service.ts';
import { createLoginStore } from './logins/store.ts';
import { registerUserRoutes } from './routes.ts';
import { createAccountService } from './service.ts';
import { createUserStore } from './store.ts';
import { createTokenService } from './tokens/service.ts';
import { createTokenStore } from './tokens/store.ts';

export type { GatewayCaller } from './credentials.ts';

export type UsersDeps = {
  db: Kysely<Database>;
  clock: Clock;
  /** whether the dashboard is reached over https */
  secure: boolean;
  loginLimits: LoginLimits;
  onLoginEnded: (loginDigest: string) => Promise<void>;
};

/** Accounts, logins and tokens. */
export function createUsers({ db, clock, secure, loginLimits, onLoginEnded }: UsersDeps) {
  const logins = createLoginService({
    store: createLoginStore(db),
    clock,
    limits: loginLimits,
    onEnded: onLoginEnded,
  });
  const tokens = createTokenService({ store: createTokenStore(db), clock });
  const guesses = createGuesses({ store: createGuessStore(db), clock });
  const accounts = createAccountService({ store: createUserStore(db), clock, logins, guesses });
  const credentials = createCredentials({ logins, tokens, secure });
  const service = {
    ...accounts,
    ...tokens,
    touchByTargets: logins.touchByTargets,
    async forgetExpired(): Promise<void> {
      for (const each of [accounts, logins, tokens, guesses]) await each.forgetExpired();
    },
  };
  return {
    service,
    credentials,
    registerRoutes: (router: Router, onSetUp: () => Promise<void>) =>
      registerUserRoutes(router, { accounts, logins, tokens, credentials, onSetUp }),
  };
}
export type UserService = ReturnType<typeof createUsers>['service'];
