import type { User } from '@emberlab/contract';
import type { Kysely } from 'kysely';
import type { Database } from '../../../db/schema.ts';
import { inTransaction } from '../../../db/transaction.ts';
import { toUser, userColumns } from '../rows.ts';

export type IdentityStore = ReturnType<typeof createIdentityStore>;

/** SQL of identities: who somebody is at a provider, by issuer and subject. */
export function createIdentityStore(db: Kysely<Database>) {
  return {
    /** `user` null: the account is disabled. Null: nobody has the identity. */
    async find(issuer: string, subject: string): Promise<{ user: User | null; userId: string } | null> {
      const row = await db
        .selectFrom('identities')
        .innerJoin('users', 'users.id', 'identities.user_id')
        .select([...userColumns, 'disabled_at'])
        .where('issuer', '=', issuer)
        .where('subject', '=', subject)
        .executeTakeFirst();
      if (row === undefined) return null;
      return { user: row.disabled_at === null ? toUser(row) : null, userId: row.id };
    },

    /** Whoever has the address, in whatever state. `claimable`: a person who could not log in so far, as an administrator made them for this. */
    async findByEmail(email: string): Promise<{ user: User; claimable: boolean } | null> {
      const row = await db
        .selectFrom('users')
        .select([...userColumns, 'password_hash', 'kind', 'disabled_at'])
        .select((e) =>
          e.exists(e.selectFrom('identities').whereRef('user_id', '=', 'users.id').select('user_id')).as('known'),
        )
        .where('email', '=', email)
        .executeTakeFirst();
      if (row === undefined) return null;
      const open = row.kind === 'person' && row.disabled_at === null && row.password_hash === '' && !row.known;
      return { user: toUser(row), claimable: open };
    },

    /** Answers false when somebody has the identity already. */
    async insert(identity: { issuer: string; subject: string; userId: string; now: number }): Promise<boolean> {
      const result = await db
        .insertInto('identities')
        .values({
          issuer: identity.issuer,
          subject: identity.subject,
          user_id: identity.userId,
          created_at: identity.now,
        })
        .onConflict((conflict) => conflict.columns(['issuer', 'subject']).doNothing())
        .executeTakeFirst();
      return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
    },

    /** Makes a person who has this identity and no password. Answers false, with nothing made, when the address or the identity is taken. */
    insertUser: (
      user: { id: string; email: string; name: string; now: number },
      identity: { issuer: string; subject: string },
    ): Promise<boolean> =>
      inTransaction(
        db,
        async (tx) => {
          const taken = await tx
            .selectFrom('identities')
            .select('user_id')
            .where('issuer', '=', identity.issuer)
            .where('subject', '=', identity.subject)
            .executeTakeFirst();
          if (taken !== undefined) return false;
          const made = await tx
            .insertInto('users')
            .values({
              id: user.id,
              email: user.email,
              name: user.name,
              password_hash: '',
              admin: 0,
              created_at: user.now,
              disabled_at: null,
            })
            .onConflict((conflict) => conflict.column('email').doNothing())
            .returning('id')
            .executeTakeFirst();
          if (made === undefined) return false;
          await tx
            .insertInto('identities')
            .values({ ...identity, user_id: user.id, created_at: user.now })
            .execute();
          return true;
        },
        { turn: `identity ${identity.subject} of ${identity.issuer}` },
      ),

    async hasOne(userId: string, issuer: string): Promise<boolean> {
      const row = await db
        .selectFrom('identities')
        .select('user_id')
        .where('user_id', '=', userId)
        .where('issuer', '=', issuer)
        .executeTakeFirst();
      return row !== undefined;
    },

    async delete(userId: string, issuer: string): Promise<void> {
      await db.deleteFrom('identities').where('user_id', '=', userId).where('issuer', '=', issuer).execute();
    },

    /** Whether there is an account at all. */
    async anybody(): Promise<boolean> {
      return (await db.selectFrom('users').select('id').limit(1).executeTakeFirst()) !== undefined;
    },
  };
}
