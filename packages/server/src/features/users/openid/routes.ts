import { HttpError } from '../../../http/errors.ts';
import type { Router } from '../../../http/router.ts';
import type { Credentials } from '../credentials.ts';
import { attemptMs, type OpenIdService } from './service.ts';
import type { IdentityStore } from './store.ts';

/** Logins through a provider; `service` null: there is none. */
export function registerOpenIdRoutes(
  router: Router,
  deps: {
    service: OpenIdService | null;
    issuer: string | null;
    store: IdentityStore;
    hasPassword: (userId: string) => Promise<boolean>;
    credentials: Credentials;
  },
): void {
  const { credentials } = deps;
  const theService = (): OpenIdService => {
    if (deps.service === null) throw new HttpError('not_found');
    return deps.service;
  };

  router.handle('auth.openId', async ({ body, reply }) => {
    const { url, cookie } = await theService().begin(body.next, null);
    credentials.setAttempt(reply, cookie, attemptMs / 1000);
    return { url };
  });

  router.handle('me.linkOpenId', async ({ actor, reply }) => {
    const { url, cookie } = await theService().begin('/account', actor.loginDigest);
    credentials.setAttempt(reply, cookie, attemptMs / 1000);
    return { url };
  });

  router.handle('me.unlinkOpenId', async ({ actor }) => {
    if (deps.issuer === null) throw new HttpError('not_found');
    if (!(await deps.hasPassword(actor.user.id))) {
      throw new HttpError('forbidden', { message: 'Without a password this is the only way into your account.' });
    }
    await deps.store.delete(actor.user.id, deps.issuer);
    return {};
  });

  router.handle('auth.openIdCallback', async ({ actor, request, reply }) => {
    const query = request.url.includes('?') ? request.url.slice(request.url.indexOf('?')) : '';
    const place = { address: request.ip, userAgent: request.headers['user-agent'] };
    const attempt = credentials.takeAttempt(request, reply);
    const { login, path } = await theService().finish(query, attempt, actor?.loginDigest ?? null, place);
    if (login !== null) credentials.setLogin(reply, login.secret, login.maxAgeSeconds);
    return reply.header('cache-control', 'no-store').header('referrer-policy', 'no-referrer').redirect(path, 303);
  });
}
