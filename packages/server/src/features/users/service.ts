import type { ApiToken, User } from '@emberlab/contract';
import { HttpError } from '../../http/errors.ts';
import { createAttemptLimiter } from '../../lib/attempts.ts';
import { toInstant, type Clock } from '../../lib/clock.ts';
import { digest, newId, newSecret } from '../../lib/ids.ts';
import { hashPassword, OverloadError, verifyPassword } from './password.ts';
import type { TokenHolder, UserStore } from './store.ts';

const minute = 60_000;
const day = 24 * 60 * minute;
const loginLifetime = 14 * day;
const setUpLinkLifetime = day;

export type NewUser = { email: string; name: string; password: string; admin: boolean };
export type UserService = ReturnType<typeof createUserService>;

/** Accounts, logins and tokens. `onLoginEnded` hears of every login that ends, so that what was opened with it ends too. */
export function createUserService(deps: {
  store: UserStore;
  clock: Clock;
  onLoginEnded: (loginDigest: string) => Promise<void>;
}) {
  const { store, clock, onLoginEnded } = deps;
  const guessesOfOne = createAttemptLimiter({ clock, max: 10, windowMs: minute });
  const guessesFromOne = createAttemptLimiter({ clock, max: 100, windowMs: minute });

  async function create(user: NewUser): Promise<User> {
    const record = { id: newId(), email: user.email, name: user.name, admin: user.admin, createdAt: clock.now() };
    const inserted = await store.insert({ ...record, passwordHash: await hashPassword(user.password) });
    if (!inserted)
      throw new HttpError('name_taken', { message: `There is a user with the address ${user.email} already.` });
    return { ...record, createdAt: toInstant(record.createdAt) };
  }

  async function logIn(user: User): Promise<{ user: User; secret: string; maxAgeSeconds: number }> {
    const secret = newSecret('ember_login');
    const now = clock.now();
    await store.insertLogin({ digest: digest(secret), userId: user.id, now, expiresAt: now + loginLifetime });
    return { user, secret, maxAgeSeconds: loginLifetime / 1000 };
  }

  return {
    create,

    /** Whether nobody can log in yet. */
    setUpNeeded: async (): Promise<boolean> => (await store.count()) === 0,

    /** A secret for a set-up link, good for a day and until there is a user; those made before stay good as long. */
    async newSetUpLink(): Promise<string> {
      const secret = newSecret('ember_setup');
      await store.insertSetUpLink(digest(secret), clock.now(), clock.now() + setUpLinkLifetime);
      return secret;
    },

    /** Makes the first administrator and logs them in. Throws `set_up_done` for a link that is used, wrong or late. */
    async setUp(
      token: string,
      { email, name, password }: Omit<NewUser, 'admin'>,
    ): Promise<Awaited<ReturnType<typeof logIn>>> {
      // Looked at before the password is hashed, which costs something; decided again in one transaction.
      if ((await store.count()) > 0) throw new HttpError('set_up_done');
      const record = { id: newId(), email, name, admin: true, createdAt: clock.now() };
      const made = await store.insertFirst({ ...record, passwordHash: await hashPassword(password) }, digest(token));
      if (!made) throw new HttpError('set_up_done');
      return logIn({ ...record, createdAt: toInstant(record.createdAt) });
    },

    /**
     * Throws `wrong_credentials`, alike and after the same time for an unknown address and a wrong password, and `too_many_requests` after too many of
     * them within a minute: for one e-mail address from one place, or from one place (`from`: the client's IP address) altogether.
     */
    async logIn(email: string, password: string, from: string): Promise<Awaited<ReturnType<typeof logIn>>> {
      const address = email.trim().toLowerCase();
      const tries = [
        [guessesOfOne, `${from} ${digest(address)}`],
        [guessesFromOne, from],
      ] as const;
      if (tries.some(([limiter, key]) => limiter.isExhausted(key))) throw new HttpError('too_many_requests');
      const found = await store.findByEmail(address);
      const fits = await verifyPassword(password, found?.passwordHash ?? null).catch((error: unknown) => {
        throw error instanceof OverloadError ? new HttpError('too_many_requests', { cause: error }) : error;
      });
      if (found === null || !fits) {
        for (const [limiter, key] of tries) limiter.fail(key);
        throw new HttpError('wrong_credentials');
      }
      guessesOfOne.succeed(tries[0][1]);
      return logIn(found.user);
    },

    async logOut(loginDigest: string): Promise<void> {
      await onLoginEnded(loginDigest);
      await store.deleteLogin(loginDigest);
    },

    /** The user behind a login cookie's secret; null when it is not good (any more). */
    async findLogin(secret: string): Promise<{ user: User; loginDigest: string } | null> {
      const loginDigest = digest(secret);
      const found = await store.findLogin(loginDigest, clock.now());
      if (found === null) return null;
      if (clock.now() - found.lastSeenAt > minute) await store.touchLogin(loginDigest, clock.now());
      return { user: found.user, loginDigest };
    },

    /** Who a token speaks for; null when it is not good (any more). */
    async findToken(secret: string): Promise<TokenHolder | null> {
      const found = await store.findToken(digest(secret), clock.now());
      if (found === null) return null;
      if (clock.now() - (found.lastUsedAt ?? 0) > minute) await store.touchToken(found.tokenId, clock.now());
      const { tokenId, user, projectId, serverId } = found;
      return { tokenId, user, projectId, serverId };
    },

    findByEmail: async (email: string): Promise<User | null> =>
      (await store.findByEmail(email.trim().toLowerCase()))?.user ?? null,
    firstAdmin: (): Promise<User | null> => store.firstAdmin(),
    listTokens: (userId: string): Promise<ApiToken[]> => store.listTokens(userId),

    /** Makes a token of the user's own. The secret is in this answer only. */
    async createToken(
      userId: string,
      name: string,
      expiresInDays: number | null,
    ): Promise<ApiToken & { secret: string }> {
      const secret = newSecret('ember_token');
      const now = clock.now();
      const token = await store.insertToken({
        id: newId(),
        userId,
        projectId: null,
        serverId: null,
        name,
        digest: digest(secret),
        now,
        expiresAt: expiresInDays === null ? null : now + expiresInDays * day,
      });
      return { ...token, secret };
    },

    /** Throws `not_found` when the user has no such token. */
    async deleteToken(userId: string, id: string): Promise<void> {
      if (!(await store.deleteToken(userId, id))) throw new HttpError('not_found');
    },

    /** A secret with which a server's kernels reach the gateway of its project, for as long as the server lives. */
    async issueForServer(server: { serverId: string; userId: string; projectId: string }): Promise<string> {
      const secret = newSecret('ember_server');
      await store.insertToken({
        id: newId(),
        ...server,
        name: 'Jupyter server',
        digest: digest(secret),
        now: clock.now(),
        expiresAt: null,
      });
      return secret;
    },

    revokeForServer: (serverId: string): Promise<void> => store.deleteServerTokens(serverId),
    forgetExpired: (): Promise<void> => store.deleteExpired(clock.now()),
  };
}
