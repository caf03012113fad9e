import type { Kysely } from 'kysely';
import type { Database } from '../../db/schema.ts';
import type { Router } from '../../http/router.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import { createSealer } from '../../lib/seal.ts';
import { createCliLogins } from './cli/service.ts';
import { createCredentials } from './credentials.ts';
import { createGuessStore } from './guess-store.ts';
import { createGuesses } from './guesses.ts';
import { createLoginService, type LoginLimits } from './logins/service.ts';
import { createLoginStore } from './logins/store.ts';
import { createIdentityAccounts } from './openid/accounts.ts';
import { createProvider } from './openid/provider.ts';
import { registerOpenIdRoutes } from './openid/routes.ts';
import { callbackPath, createOpenIdService, type ApplyGroupRoles } from './openid/service.ts';
import type { OpenIdSettings } from './openid/settings.ts';
import { createIdentityStore } from './openid/store.ts';
import { registerPeopleRoutes } from './people/routes.ts';
import { createPeople } from './people/service.ts';
import { createPeopleStore } from './people/store.ts';
import { registerUserRoutes } from './routes.ts';
import { createAccountService } from './service.ts';
import { registerServiceAccountRoutes } from './service-accounts/routes.ts';
import { createServiceAccounts } from './service-accounts/service.ts';
import { createServiceAccountStore } from './service-accounts/store.ts';
import { createUserStore } from './store.ts';
import { createTokenService } from './tokens/service.ts';
import { createTokenStore } from './tokens/store.ts';

export type { GatewayCaller } from './credentials.ts';

export type UsersDeps = {
  db: Kysely<Database>;
  clock: Clock;
  /** whether the dashboard is reached over https */
  secure: boolean;
  /** whether Jupyter servers ask the API for the files of their projects. Default: not. */
  serversAskForFiles?: boolean;
  loginLimits: LoginLimits;
  onLoginEnded: (loginDigest: string) => Promise<void>;
  /** Somebody has other rights than before: ends what runs and is open without one. */
  onRightsChanged: () => Promise<void>;
  /** what people log in through besides passwords; null: nothing */
  openId: { settings: OpenIdSettings; publicOrigin: string; secretsKey: string; applyRoles: ApplyGroupRoles } | null;
  log: Log;
};

/** Accounts, logins and tokens. */
export function createUsers({
  db,
  clock,
  secure,
  serversAskForFiles = false,
  loginLimits,
  onLoginEnded,
  onRightsChanged,
  openId,
  log,
}: UsersDeps) {
  const logins = createLoginService({
    store: createLoginStore(db),
    clock,
    limits: loginLimits,
    onEnded: onLoginEnded,
  });
  const tokens = createTokenService({ store: createTokenStore(db), clock });
  const guesses = createGuesses({ store: createGuessStore(db), clock });
  const accounts = createAccountService({ store: createUserStore(db), clock, logins, guesses });
  const identities = createIdentityStore(db);
  const cli = createCliLogins({ db, tokens, clock });
  const openIdService =
    openId === null
      ? null
      : createOpenIdService({
          ...openId,
          provider: createProvider(openId.settings, `${openId.publicOrigin}${callbackPath}`),
          accounts: createIdentityAccounts({ store: identities, clock, settings: openId.settings }),
          logins,
          sealer: createSealer(openId.secretsKey),
          clock,
          log,
        });
  const serviceAccounts = createServiceAccounts({ store: createServiceAccountStore(db), tokens, clock });
  const people = createPeople({ store: createPeopleStore(db), clock, logins, guesses, rightsChanged: onRightsChanged });
  const credentials = createCredentials({ logins, tokens, secure, serversAskForFiles });
  const service = {
    ...accounts,
    ...tokens,
    touchByTargets: logins.touchByTargets,
    async forgetExpired(): Promise<void> {
      for (const each of [accounts, logins, tokens, guesses, cli]) await each.forgetExpired();
    },
  };
  return {
    service,
    credentials,
    serviceAccounts,
    people,
    registerRoutes(router: Router, onSetUp: () => Promise<void>): void {
      const issuer = openId?.settings.issuer ?? null;
      registerUserRoutes(router, {
        accounts,
        logins,
        tokens,
        credentials,
        cli,
        openId: openId?.settings ?? null,
        isLinked: async (userId) => issuer !== null && identities.hasOne(userId, issuer),
        onSetUp,
      });
      registerOpenIdRoutes(router, {
        service: openIdService,
        issuer,
        store: identities,
        hasPassword: accounts.hasPassword,
        credentials,
      });
      registerServiceAccountRoutes(router, serviceAccounts);
      registerPeopleRoutes(router, people);
    },
  };
}
export type UserService = ReturnType<typeof createUsers>['service'];
