import type { Kysely } from 'kysely';
import type { Database } from '../../db/schema.ts';
import { inTransaction } from '../../db/transaction.ts';
import type { Owner } from '../identities.ts';

/** `group`: all members of a project · `member`: one of them · `guest`: the project's own code where no member asked for it, as in its environment */
export type AccountKind = 'group' | 'member' | 'guest';

export type Account = {
  readonly id: number;
  readonly kind: AccountKind;
  readonly projectId: string;
  /** empty, but for a member */
  readonly userId: string;
  /** the number that the machine knows it by */
  readonly unixId: number;
};

export type AccountStore = ReturnType<typeof createAccountStore>;

type Key = Owner & { readonly kind: AccountKind };

/** Which numbers of the machine's users and groups are whose. A number is never used again. */
export function createAccountStore(db: Kysely<Database>) {
  const rows = () =>
    db
      .selectFrom('unix_accounts')
      .select(['id', 'kind', 'project_id as projectId', 'user_id as userId', 'unix_id as unixId']);

  return {
    async find({ kind, projectId, userId }: Key): Promise<Account | null> {
      const found = await rows()
        .where('kind', '=', kind)
        .where('project_id', '=', projectId)
        .where('user_id', '=', userId)
        .executeTakeFirst();
      return found ?? null;
    },

    /** Takes the next number at or above `first` that was never taken. */
    insert: ({ kind, projectId, userId }: Key, first: number): Promise<Account> =>
      inTransaction(db, async (tx) => {
        const { id } = await tx
          .insertInto('unix_accounts')
          .values({ kind, project_id: projectId, user_id: userId, unix_id: 0 })
          .returning('id')
          .executeTakeFirstOrThrow();
        await tx
          .updateTable('unix_accounts')
          .set({ unix_id: first + id })
          .where('id', '=', id)
          .execute();
        return { id, kind, projectId, userId, unixId: first + id };
      }),

    async remove(id: number): Promise<void> {
      await db.deleteFrom('unix_accounts').where('id', '=', id).execute();
    },

    /** Those of members who are none any more, and of projects that are gone; groups last. */
    async orphans(): Promise<Account[]> {
      const found = await rows()
        .where((e) =>
          e.or([
            e.not(
              e.exists(e.selectFrom('projects').select('id').whereRef('projects.id', '=', 'unix_accounts.project_id')),
            ),
            e.and([
              e('kind', '=', 'member'),
              e.not(
                e.exists(
                  e
                    .selectFrom('members')
                    .select('role')
                    .whereRef('members.project_id', '=', 'unix_accounts.project_id')
                    .whereRef('members.user_id', '=', 'unix_accounts.user_id'),
                ),
              ),
            ]),
          ]),
        )
        .execute();
      return found.toSorted((a, b) => Number(a.kind === 'group') - Number(b.kind === 'group'));
    },
  };
}
