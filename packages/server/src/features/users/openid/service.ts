import { safeNext, type ErrorCode } from '@emberlab/contract';
import { z } from 'zod';
import { HttpError } from '../../../http/errors.ts';
import type { Clock } from '../../../lib/clock.ts';
import type { Log } from '../../../lib/log.ts';
import type { Sealer } from '../../../lib/seal.ts';
import type { LoginPlace, LoginService, NewLogin } from '../logins/service.ts';
import type { IdentityAccounts } from './accounts.ts';
import { NoLogin, ProviderAway, type Identity, type Provider } from './provider.ts';
import type { GroupRole, OpenIdSettings } from './settings.ts';

export const attemptMs = 10 * 60_000;
const purpose = 'openid attempt';

/** What the browser that began a login keeps meanwhile, sealed: nobody else can finish it, and strangers leave no rows. */
const attemptShape = z.object({
  state: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  next: z.string(),
  /** of the login whose account the identity is to be linked with */
  link: z.string().nullable(),
  expiresAt: z.number(),
});
type Attempt = z.infer<typeof attemptShape>;

/** Where a login through the provider has led: in, or to a sentence on a page of ours. `problem`: why there is no login, or no link. */
export type Landing = { readonly login: NewLogin | null; readonly path: string; readonly problem: ErrorCode | null };

/** Gives people the roles that their groups have, and takes those that came from groups only. */
export type ApplyGroupRoles = (userId: string, wanted: readonly Omit<GroupRole, 'group'>[]) => Promise<void>;

/** Logins through a provider of OpenID Connect. */
export function createOpenIdService(deps: {
  settings: OpenIdSettings;
  provider: Provider;
  accounts: IdentityAccounts;
  logins: LoginService;
  applyRoles: ApplyGroupRoles;
  sealer: Sealer;
  publicOrigin: string;
  clock: Clock;
  log: Log;
}) {
  const { settings, provider, accounts, logins, sealer, clock, log } = deps;

  async function openAttempt(cookie: string | undefined): Promise<Attempt> {
    const opened = await sealer.open(cookie ?? '', purpose).catch(() => null);
    const attempt = attemptShape.safeParse(opened === null ? null : JSON.parse(opened));
    if (!attempt.success || attempt.data.expiresAt <= clock.now()) throw new HttpError('openid_expired');
    return attempt.data;
  }

  const rolesOf = ({ groups }: Identity) => settings.roles.filter(({ group }) => groups.includes(group));

  async function land(answer: URL, attempt: Attempt, currentLogin: string | null, place: LoginPlace): Promise<Landing> {
    const identity = await provider.finish(answer, attempt);
    if (attempt.link !== null) {
      // Only the very login that asked for it: another one in this browser is somebody else's by now.
      const login = attempt.link === currentLogin ? await logins.findByDigest(attempt.link) : null;
      if (login === null) throw new HttpError('openid_expired');
      await accounts.link(login.id, identity);
      await deps.applyRoles(login.id, rolesOf(identity));
      return { login: null, path: attempt.next, problem: null };
    }
    const user = await accounts.resolve(identity);
    await deps.applyRoles(user.id, rolesOf(identity));
    return { login: await logins.begin(user, place), path: attempt.next, problem: null };
  }

  return {
    /** Where to send the browser, and what it has to keep. `link`: the login with whose account the identity is to be linked. Throws `openid_unavailable`. */
    async begin(next: string | undefined, link: string | null): Promise<{ url: string; cookie: string }> {
      const begun = await provider.begin().catch((error: unknown) => {
        log.warn({ err: error }, 'OpenID Connect: no login can begin');
        throw new HttpError('openid_unavailable', { cause: error });
      });
      const { url, ...rest } = begun;
      const attempt: Attempt = {
        ...rest,
        next: safeNext(next, deps.publicOrigin),
        link,
        expiresAt: clock.now() + attemptMs,
      };
      return { url, cookie: await sealer.seal(JSON.stringify(attempt), purpose) };
    },

    /** Takes the provider's answer, which came in the query of a request; never throws for what is wrong with it. */
    async finish(
      query: string,
      cookie: string | undefined,
      currentLogin: string | null,
      place: LoginPlace,
    ): Promise<Landing> {
      let attempt: Attempt | null = null;
      try {
        attempt = await openAttempt(cookie);
        const answer = new URL(`${deps.publicOrigin}${callbackPath}`);
        answer.search = query;
        return await land(answer, attempt, currentLogin, place);
      } catch (error) {
        const code =
          error instanceof HttpError
            ? error.code
            : error instanceof ProviderAway
              ? 'openid_unavailable'
              : error instanceof NoLogin
                ? 'openid_failed'
                : null;
        if (code === null) throw error;
        log.warn({ err: error, code }, 'OpenID Connect: a login was refused');
        return {
          login: null,
          path: `${(attempt?.link ?? null) === null ? '/login' : '/account'}?problem=${code}`,
          problem: code,
        };
      }
    },
  };
}
export type OpenIdService = ReturnType<typeof createOpenIdService>;

/** Where the provider sends people back to: this has to be registered there. */
export const callbackPath = '/api/v1/auth/openid/callback';
