import { actsAs } from '../../http/audit-trail.ts';
import { HttpError } from '../../http/errors.ts';
import type { Router } from '../../http/router.ts';
import type { Credentials } from './credentials.ts';
import type { UserService } from './service.ts';

export type UserRoutesDeps = {
  service: UserService;
  credentials: Credentials;
  /** Called once the first administrator exists, before the answer. */
  onSetUp: () => Promise<void>;
};

/** Login, the caller's own account and tokens. */
export function registerUserRoutes(router: Router, { service, credentials, onSetUp }: UserRoutesDeps): void {
  router.handle('auth.state', async ({ actor }) => {
    const found = actor === null ? null : await service.findByEmail(actor.user.email);
    return { setUpNeeded: await service.setUpNeeded(), user: found };
  });

  router.handle('auth.setUp', async ({ body, request, reply }) => {
    const { user, secret, maxAgeSeconds } = await service.setUp(body.token, body);
    actsAs(request, user);
    await onSetUp();
    credentials.setLogin(reply, secret, maxAgeSeconds);
    return user;
  });

  router.handle('auth.logIn', async ({ body, request, reply }) => {
    const { user, secret, maxAgeSeconds } = await service.logIn(body.email, body.password, request.ip);
    actsAs(request, user);
    credentials.setLogin(reply, secret, maxAgeSeconds);
    return user;
  });

  router.handle('auth.logOut', async ({ actor, reply }) => {
    if (actor.loginDigest !== null) await service.logOut(actor.loginDigest);
    credentials.clearLogin(reply);
    return {};
  });

  router.handle('me.get', async ({ actor }) => {
    const user = await service.findByEmail(actor.user.email);
    if (user === null) throw new HttpError('not_logged_in');
    return user;
  });

  router.handle('me.tokens', async ({ actor }) => ({ items: await service.listTokens(actor.user.id), next: null }));
  router.handle('me.createToken', async ({ actor, body }) => {
    // A token that could make tokens would outlive its own end.
    if (actor.loginDigest === null) {
      throw new HttpError('forbidden', {
        message: 'A token cannot make tokens. Please log in to the dashboard to make one.',
      });
    }
    return service.createToken(actor.user.id, body.name, body.expiresInDays);
  });
  router.handle('me.deleteToken', async ({ actor, params }) => {
    await service.deleteToken(actor.user.id, params.id);
    return {};
  });
}
