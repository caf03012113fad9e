import type { ServiceAccount } from '@emberlab/contract';
import type { Kysely } from 'kysely';
import type { Database } from '../../../db/schema.ts';
import { inTransaction } from '../../../db/transaction.ts';
import { toInstant, toInstantOrNull } from '../../../lib/clock.ts';

export type ServiceAccountStore = ReturnType<typeof createServiceAccountStore>;

/** SQL of accounts for programs. */
export function createServiceAccountStore(db: Kysely<Database>) {
  const accounts = () =>
    db
      .selectFrom('users')
      .select(['users.id', 'email', 'users.name', 'users.created_at'])
      .select((e) => [
        e
          .selectFrom('tokens')
          .whereRef('tokens.user_id', '=', 'users.id')
          .where('server_id', 'is', null)
          .select((t) => t.fn.countAll<number>().as('n'))
          .as('tokens'),
        e
          .selectFrom('tokens')
          .whereRef('tokens.user_id', '=', 'users.id')
          .select((t) => t.fn.max('last_used_at').as('at'))
          .as('last_used_at'),
      ])
      .where('kind', '=', 'service')
      .where('disabled_at', 'is', null);
  type Row = Awaited<ReturnType<ReturnType<typeof accounts>['executeTakeFirstOrThrow']>>;
  const present = (row: Row): ServiceAccount => ({
    id: row.id,
    email: row.email,
    name: row.name,
    tokens: row.tokens ?? 0,
    createdAt: toInstant(row.created_at),
    lastUsedAt: toInstantOrNull(row.last_used_at),
  });

  return {
    async list(): Promise<ServiceAccount[]> {
      return (await accounts().orderBy('email').execute()).map(present);
    },

    async find(id: string): Promise<ServiceAccount | null> {
      const row = await accounts().where('users.id', '=', id).executeTakeFirst();
      return row === undefined ? null : present(row);
    },

    /** Answers false when the address is taken. */
    async insert(account: { id: string; email: string; name: string; now: number }): Promise<boolean> {
      const result = await db
        .insertInto('users')
        .values({
          id: account.id,
          email: account.email,
          name: account.name,
          password_hash: '',
          admin: 0,
          created_at: account.now,
          disabled_at: null,
          kind: 'service',
        })
        .onConflict((conflict) => conflict.column('email').doNothing())
        .executeTakeFirst();
      return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
    },

    /** The row stays, so that what it has made keeps its owner and its name is never another's; its tokens go. */
    async disable(id: string, now: number): Promise<void> {
      await inTransaction(db, async (tx) => {
        await tx.deleteFrom('tokens').where('user_id', '=', id).execute();
        await tx.updateTable('users').set({ disabled_at: now }).where('id', '=', id).execute();
      });
    },
  };
}
