import type { User } from '@emberlab/contract';
import type { Kysely } from 'kysely';
import type { Database } from '../../db/schema.ts';
import { inTransaction } from '../../db/transaction.ts';
import { toUser, userColumns } from './rows.ts';

export type NewUserRow = {
  id: string;
  email: string;
  name: string;
  /** null: they can't log in with a password */
  passwordHash: string | null;
  admin: boolean;
  createdAt: number;
};

const toRow = (user: NewUserRow) => ({
  id: user.id,
  email: user.email,
  name: user.name,
  password_hash: user.passwordHash ?? '',
  admin: user.admin ? 1 : 0,
  created_at: user.createdAt,
  disabled_at: null,
});

export type UserStore = ReturnType<typeof createUserStore>;

/** SQL of users and set-up links. Times are milliseconds since the epoch; secrets come in as digests only. */
export function createUserStore(db: Kysely<Database>) {
  const people = () =>
    db
      .selectFrom('users')
      .select([...userColumns, 'password_hash'])
      .where('kind', '=', 'person')
      .where('disabled_at', 'is', null);

  return {
    async count(): Promise<number> {
      const row = await db
        .selectFrom('users')
        .select((e) => e.fn.countAll<number>().as('n'))
        .executeTakeFirstOrThrow();
      return row.n;
    },

    async firstAdmin(): Promise<User | null> {
      const row = await people().where('admin', '=', 1).orderBy('created_at').limit(1).executeTakeFirst();
      return row === undefined ? null : toUser(row);
    },

    /** Answers false when the e-mail address is taken. */
    async insert(user: NewUserRow): Promise<boolean> {
      const result = await db
        .insertInto('users')
        .values(toRow(user))
        .onConflict((conflict) => conflict.column('email').doNothing())
        .executeTakeFirst();
      return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
    },

    /** A user by address, be it a person or a program; null also for one who is disabled. */
    async findByEmail(email: string): Promise<User | null> {
      const row = await db
        .selectFrom('users')
        .select(userColumns)
        .where('email', '=', email)
        .where('disabled_at', 'is', null)
        .executeTakeFirst();
      return row === undefined ? null : toUser(row);
    },

    /** A person with what their password is compared with; null: nobody, or no password. */
    async findForPassword(by: { email: string } | { id: string }): Promise<{ user: User; hash: string } | null> {
      const query = 'id' in by ? people().where('users.id', '=', by.id) : people().where('email', '=', by.email);
      const row = await query.where('password_hash', '!=', '').executeTakeFirst();
      return row === undefined ? null : { user: toUser(row), hash: row.password_hash };
    },

    async hasEndedTour(userId: string): Promise<boolean> {
      const row = await db.selectFrom('ended_tours').select('user_id').where('user_id', '=', userId).executeTakeFirst();
      return row !== undefined;
    },

    /** `at` null: it has not ended any more. */
    async setTourEnded(userId: string, at: number | null): Promise<void> {
      if (at === null) {
        await db.deleteFrom('ended_tours').where('user_id', '=', userId).execute();
        return;
      }
      await db
        .insertInto('ended_tours')
        .values({ user_id: userId, ended_at: at })
        .onConflict((conflict) => conflict.column('user_id').doNothing())
        .execute();
    },

    async setPasswordHash(userId: string, hash: string): Promise<void> {
      await db.updateTable('users').set({ password_hash: hash }).where('id', '=', userId).execute();
    },

    /** Answers false, with nothing changed, when it is another one by now. */
    async replacePasswordHash(userId: string, { from, to }: { from: string; to: string }): Promise<boolean> {
      const { numUpdatedRows } = await db
        .updateTable('users')
        .set({ password_hash: to })
        .where('id', '=', userId)
        .where('password_hash', '=', from)
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },

    async insertSetUpLink(digest: string, now: number, expiresAt: number): Promise<void> {
      await db.insertInto('set_up_links').values({ digest, created_at: now, expires_at: expiresAt }).execute();
    },

    async deleteExpiredSetUpLinks(now: number): Promise<void> {
      await db.deleteFrom('set_up_links').where('expires_at', '<=', now).execute();
    },

    /**
     * Makes the first user with a set-up link and takes all links away. Answers false, with nothing changed, when the link is not good or there is a
     * user already: of two at once, one gets true.
     */
    insertFirst: (user: NewUserRow, linkDigest: string): Promise<boolean> =>
      inTransaction(
        db,
        async (tx) => {
          const good = await tx
            .selectFrom('set_up_links')
            .select('digest')
            .where('digest', '=', linkDigest)
            .where('expires_at', '>', user.createdAt)
            .executeTakeFirst();
          const someone = await tx.selectFrom('users').select('id').limit(1).executeTakeFirst();
          if (good === undefined || someone !== undefined) return false;
          await tx.insertInto('users').values(toRow(user)).execute();
          await tx.deleteFrom('set_up_links').execute();
          return true;
        },
        { turn: 'first user' },
      ),
  };
}
