import type { LoginEntry, User } from '@emberlab/contract';
import { HttpError } from '../../../http/errors.ts';
import { toInstant, type Clock } from '../../../lib/clock.ts';
import { digest, newId, newSecret } from '../../../lib/ids.ts';
import type { LoginStore } from './store.ts';

const minute = 60_000;
const mostUserAgent = 300;

/** How long a login lasts: `idleMs` after it was used last, `mostMs` in any case. */
export type LoginLimits = { readonly idleMs: number; readonly mostMs: number };

/** Whence somebody logs in, as the request says. */
export type LoginPlace = { readonly address: string; readonly userAgent: string | undefined };

export type NewLogin = { user: User; secret: string; maxAgeSeconds: number };

/** What a browser says of itself: one bounded line of visible ASCII. */
const tidy = (userAgent: string | undefined): string | null =>
  userAgent === undefined ? null : userAgent.replace(/[^\x20-\x7e]+/g, ' ').slice(0, mostUserAgent);

/** Logins in browsers. `onEnded` hears of every one that is ended, so that what was opened with it ends too. */
export function createLoginService(deps: {
  store: LoginStore;
  clock: Clock;
  limits: LoginLimits;
  onEnded: (loginDigest: string) => Promise<void>;
}) {
  const { store, clock, limits } = deps;

  async function end(loginDigest: string): Promise<void> {
    await deps.onEnded(loginDigest);
    await store.delete(loginDigest);
  }

  return {
    /** Throws `wrong_credentials` for a user who is gone or was disabled meanwhile. */
    async begin(user: User, { address, userAgent }: LoginPlace): Promise<NewLogin> {
      const secret = newSecret('ember_login');
      const now = clock.now();
      const endsAt = now + limits.mostMs;
      await store.insert({
        digest: digest(secret),
        id: newId(),
        userId: user.id,
        createdAt: now,
        lastSeenAt: now,
        expiresAt: Math.min(endsAt, now + limits.idleMs),
        endsAt,
        address: address.slice(0, 100),
        userAgent: tidy(userAgent),
      });
      // Looked at once the row is there: whoever disables somebody ends the logins that are there by then, and this one must not wait for them to be enabled.
      if ((await store.find(digest(secret), now)) === null) {
        await end(digest(secret));
        throw new HttpError('wrong_credentials');
      }
      return { user, secret, maxAgeSeconds: Math.floor(limits.mostMs / 1000) };
    },

    end,

    /** Whose login it is, while it is good. */
    async findByDigest(loginDigest: string): Promise<User | null> {
      return (await store.find(loginDigest, clock.now()))?.user ?? null;
    },

    /** The user behind a login cookie's secret; null when it is not good (any more). */
    async find(secret: string): Promise<{ user: User; loginDigest: string } | null> {
      const loginDigest = digest(secret);
      const now = clock.now();
      const found = await store.find(loginDigest, now);
      if (found === null) return null;
      if (now - found.lastSeenAt > minute) {
        await store.touch(loginDigest, now, Math.min(found.endsAt, now + limits.idleMs));
      }
      return { user: found.user, loginDigest };
    },

    /** Who works in Jupyter is not idle, though nothing of theirs comes to the dashboard. */
    async touchByTargets(targetIds: readonly string[]): Promise<void> {
      const now = clock.now();
      for (const login of await store.withGrantsOn(targetIds, now - minute)) {
        await store.touch(login.digest, now, Math.min(login.endsAt, now + limits.idleMs));
      }
    },

    async list(userId: string, current: string | null): Promise<LoginEntry[]> {
      return (await store.list(userId, clock.now())).map((login) => ({
        id: login.id,
        current: login.digest === current,
        address: login.address,
        userAgent: login.userAgent,
        createdAt: toInstant(login.createdAt),
        lastSeenAt: toInstant(login.lastSeenAt),
        expiresAt: toInstant(login.expiresAt),
      }));
    },

    /** Throws `not_found` when the user has no such login. */
    async endById(userId: string, id: string): Promise<void> {
      const found = (await store.list(userId, clock.now())).find((login) => login.id === id);
      if (found === undefined) throw new HttpError('not_found');
      await end(found.digest);
    },

    /** Ends a user's logins, but for one. */
    async endOthers(userId: string, kept: string | null): Promise<void> {
      for (const login of await store.list(userId, 0)) if (login.digest !== kept) await end(login.digest);
    },

    forgetExpired: (): Promise<void> => store.deleteExpired(clock.now()),
  };
}
export type LoginService = ReturnType<typeof createLoginService>;
