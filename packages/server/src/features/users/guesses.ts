import { isIPv6 } from 'node:net';
import { HttpError } from '../../http/errors.ts';
import type { Clock } from '../../lib/clock.ts';
import { digest } from '../../lib/ids.ts';
import { createKeyedQueue } from '../../lib/lifecycle.ts';
import type { GuessStore } from './guess-store.ts';

const minute = 60_000;
/** wrong passwords for one account from one place; from one place altogether; for one account from everywhere */
const limits = {
  pair: { max: 10, windowMs: minute },
  place: { max: 100, windowMs: minute },
  account: { max: 50, windowMs: 15 * minute },
} as const;
type Kind = keyof typeof limits;

/** A whole network of IPv6 is one place: whoever has one address there has all of them. */
function placeOf(address: string): string {
  if (!isIPv6(address) || address.startsWith('::ffff:')) return address;
  const [head = '', tail = ''] = address.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === '' ? [] : tail.split(':');
  const groups = [...before, ...Array<string>(Math.max(0, 8 - before.length - after.length)).fill('0'), ...after];
  return groups
    .slice(0, 4)
    .map((group) => group.padStart(4, '0'))
    .join(':');
}

export type Guesses = ReturnType<typeof createGuesses>;

/**
 * Counts wrong passwords, in rows, so that a restart forgives nothing. It never looks whether an account exists: names that nobody has are locked like
 * others. An account that is guessed at from everywhere stays open to places where its user is logged in, so that nobody can lock somebody else out.
 */
export function createGuesses(deps: { store: GuessStore; clock: Clock }) {
  const { store, clock } = deps;
  const inTurn = createKeyedQueue();

  return {
    /**
     * Tries a password with `check`, which answers null for a wrong one. Tries for one account come one after the other, so that of many at once none
     * slips by the count. Throws `too_many_requests` or `too_many_guesses`, without trying; null: it was wrong.
     */
    attempt<T>(account: string, address: string, check: () => Promise<T | null>): Promise<T | null> {
      const name = digest(account);
      const place = digest(placeOf(address));
      const keys: Readonly<Record<Kind, string>> = {
        pair: `pair ${name} ${place}`,
        place: `place ${place}`,
        account: `account ${name}`,
      };
      return inTurn(name, async () => {
        const now = clock.now();
        const counts = await store.counts(Object.values(keys), now);
        const isExhausted = (kind: Kind) => (counts.get(keys[kind]) ?? 0) >= limits[kind].max;
        const known = await store.isLoggedInFrom(account, address, now);
        if (isExhausted('pair') || isExhausted('place')) throw new HttpError('too_many_requests');
        if (isExhausted('account') && !known) throw new HttpError('too_many_guesses');
        const result = await check();
        if (result !== null) {
          await store.forget(keys.pair);
          return result;
        }
        for (const kind of Object.keys(limits) as Kind[]) {
          await store.add(keys[kind], now, now + limits[kind].windowMs);
        }
        return null;
      });
    },

    /** Which of these accounts are closed to places where their user is not logged in. */
    async locked(accounts: readonly string[]): Promise<Set<string>> {
      if (accounts.length === 0) return new Set();
      const keys = new Map(accounts.map((account) => [`account ${digest(account)}`, account]));
      const counts = await store.counts([...keys.keys()], clock.now());
      return new Set([...keys].filter(([key]) => (counts.get(key) ?? 0) >= limits.account.max).map(([, name]) => name));
    },

    /** Forgets the wrong passwords for an account, from wherever they came; those of places count on for other accounts. */
    forgive: (account: string): Promise<void> => store.forgetAccount(digest(account)),

    forgetExpired: (): Promise<void> => store.deleteExpired(clock.now()),
  };
}
