import type { FastifyRequest } from 'fastify';
import { actsAs } from '../../http/audit-trail.ts';
import { HttpError } from '../../http/errors.ts';
import type { Actor, Router } from '../../http/router.ts';
import type { Credentials } from './credentials.ts';
import type { CliLogins } from './cli/service.ts';
import type { LoginPlace, LoginService } from './logins/service.ts';
import type { AccountService } from './service.ts';
import type { TokenService } from './tokens/service.ts';

export type UserRoutesDeps = {
  accounts: AccountService;
  logins: LoginService;
  tokens: TokenService;
  credentials: Credentials;
  cli: CliLogins;
  /** the login provider; null: there is none */
  openId: { readonly label: string } | null;
  isLinked: (userId: string) => Promise<boolean>;
  /** Called once the first administrator exists, before the answer. */
  onSetUp: () => Promise<void>;
};

const placeOf = (request: FastifyRequest): LoginPlace => ({
  address: request.ip,
  userAgent: request.headers['user-agent'],
});

/** The login that the caller is here by. Routes that only a login may call have one; the router sees to that. */
function loginOf(actor: Actor): string {
  if (actor.loginDigest === null) throw new HttpError('login_needed');
  return actor.loginDigest;
}

/** Login, the caller's own account, logins and tokens. */
export function registerUserRoutes(router: Router, deps: UserRoutesDeps): void {
  const { accounts, logins, tokens, credentials } = deps;

  router.handle('auth.state', async ({ actor }) => ({
    setUpNeeded: await accounts.setUpNeeded(),
    user: actor === null ? null : await accounts.findByEmail(actor.user.email),
    openId: deps.openId === null ? null : { label: deps.openId.label },
  }));

  router.handle('auth.setUp', async ({ body, request, reply }) => {
    const { user, secret, maxAgeSeconds } = await accounts.setUp(body.token, body, placeOf(request));
    actsAs(request, user);
    await deps.onSetUp();
    credentials.setLogin(reply, secret, maxAgeSeconds);
    return user;
  });

  router.handle('auth.logIn', async ({ body, request, reply }) => {
    const { user, secret, maxAgeSeconds } = await accounts.logIn(body.email, body.password, placeOf(request));
    actsAs(request, user);
    credentials.setLogin(reply, secret, maxAgeSeconds);
    return user;
  });

  router.handle('auth.logOut', async ({ actor, reply }) => {
    if (actor.loginDigest !== null) await logins.end(actor.loginDigest);
    else if (actor.tokenId !== undefined) await tokens.deleteToken(actor.user.id, actor.tokenId);
    credentials.clearLogin(reply);
    return {};
  });

  router.handle('me.get', async ({ actor }) => {
    const user = await accounts.findByEmail(actor.user.email);
    if (user === null) throw new HttpError('not_logged_in');
    return user;
  });
  router.handle('me.signIn', async ({ actor }) => ({
    password: await accounts.hasPassword(actor.user.id),
    openId: deps.openId === null ? null : { label: deps.openId.label, linked: await deps.isLinked(actor.user.id) },
  }));
  router.handle('me.tour', async ({ actor }) => ({ ended: await accounts.hasEndedTour(actor.user.id) }));
  router.handle('me.setTour', async ({ actor, body }) => {
    await accounts.setTourEnded(actor.user.id, body.ended);
    return { ended: body.ended };
  });
  router.handle('me.setPassword', async ({ actor, body, request }) => {
    await accounts.changePassword(actor.user, body, { digest: loginOf(actor), address: request.ip });
    return {};
  });

  router.handle('me.grantCli', async ({ actor, body }) => {
    const { challenge, ...token } = body;
    return { code: await deps.cli.grant(actor.user, loginOf(actor), challenge, token) };
  });
  router.handle('auth.cli', async ({ body, request }) => {
    const redeemed = await deps.cli.redeem(body.code, body.verifier);
    actsAs(request, redeemed.user);
    return redeemed;
  });

  router.handle('me.logins', async ({ actor }) => ({
    items: await logins.list(actor.user.id, loginOf(actor)),
    next: null,
  }));
  router.handle('me.endLogin', async ({ actor, params }) => {
    await logins.endById(actor.user.id, params.id);
    return {};
  });
  router.handle('me.endOtherLogins', async ({ actor }) => {
    await logins.endOthers(actor.user.id, loginOf(actor));
    return {};
  });

  router.handle('me.tokens', async ({ actor }) => ({ items: await tokens.listTokens(actor.user.id), next: null }));
  router.handle('me.createToken', async ({ actor, body }) => tokens.createLimitedToken(actor.user, body));
  router.handle('me.deleteToken', async ({ actor, params }) => {
    await tokens.deleteToken(actor.user.id, params.id);
    return {};
  });
}
