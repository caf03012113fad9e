import type { Kysely } from 'kysely';
import type { Database } from '../../db/schema.ts';

export type GuessStore = ReturnType<typeof createGuessStore>;

/** SQL of wrong passwords. Each key counts until the end that its first one has set. */
export function createGuessStore(db: Kysely<Database>) {
  return {
    async counts(keys: readonly string[], now: number): Promise<Map<string, number>> {
      const rows = await db
        .selectFrom('login_failures')
        .select(['key', 'count'])
        .where('key', 'in', keys)
        .where('until', '>', now)
        .execute();
      return new Map(rows.map((row) => [row.key, row.count]));
    },

    /** Whether somebody is logged in to the account from this address; asked for every name, so that it tells nothing. */
    async isLoggedInFrom(email: string, address: string, now: number): Promise<boolean> {
      const row = await db
        .selectFrom('logins')
        .innerJoin('users', 'users.id', 'logins.user_id')
        .select('logins.digest')
        .where('users.email', '=', email)
        .where('logins.address', '=', address)
        .where('logins.expires_at', '>', now)
        .limit(1)
        .executeTakeFirst();
      return row !== undefined;
    },

    async add(key: string, now: number, until: number): Promise<void> {
      await db.deleteFrom('login_failures').where('key', '=', key).where('until', '<=', now).execute();
      await db
        .insertInto('login_failures')
        .values({ key, count: 1, until })
        .onConflict((conflict) =>
          conflict.column('key').doUpdateSet((e) => ({ count: e('login_failures.count', '+', 1) })),
        )
        .execute();
    },

    async forget(key: string): Promise<void> {
      await db.deleteFrom('login_failures').where('key', '=', key).execute();
    },

    /** Forgets what is counted of an account, by the digest of its name. */
    async forgetAccount(name: string): Promise<void> {
      await db
        .deleteFrom('login_failures')
        .where((e) => e.or([e('key', '=', `account ${name}`), e('key', 'like', `pair ${name} %`)]))
        .execute();
    },

    async deleteExpired(now: number): Promise<void> {
      await db.deleteFrom('login_failures').where('until', '<=', now).execute();
    },
  };
}
