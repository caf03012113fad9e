import type { Person } from '@emberlab/contract';
import type { Kysely } from 'kysely';
import type { Database } from '../../../db/schema.ts';
import { hasText } from '../../../db/search.ts';
import { inTransaction } from '../../../db/transaction.ts';
import { toInstantOrNull } from '../../../lib/clock.ts';
import { toUser, userColumns } from '../rows.ts';

/** A person without what is counted of wrong passwords. */
export type PersonRecord = Omit<Person, 'locked'>;

export type PeopleFilter = {
  readonly search?: string | undefined;
  readonly show?: 'active' | 'disabled' | 'administrators' | undefined;
};

/** What came of a change; but for `done` nothing, since there would be no administrator left, or who asked for it is none (any more). */
export type AdminChange = 'done' | 'last_administrator' | 'forbidden';

export type PeopleStore = ReturnType<typeof createPeopleStore>;

/** SQL of people's accounts, those that are disabled included. */
export function createPeopleStore(db: Kysely<Database>) {
  const people = () =>
    db
      .selectFrom('users')
      .select([...userColumns, 'disabled_at'])
      .select((e) => [
        e
          .selectFrom('logins')
          .whereRef('logins.user_id', '=', 'users.id')
          .select((t) => t.fn.max('last_seen_at').as('at'))
          .as('login_at'),
        e
          .selectFrom('tokens')
          .whereRef('tokens.user_id', '=', 'users.id')
          .where('server_id', 'is', null)
          .select((t) => t.fn.max('last_used_at').as('at'))
          .as('token_at'),
        e
          .selectFrom('members')
          .whereRef('members.user_id', '=', 'users.id')
          .select((t) => t.fn.countAll<number | string>().as('n'))
          .as('projects'),
      ])
      .where('kind', '=', 'person');
  type Row = Awaited<ReturnType<ReturnType<typeof people>['executeTakeFirstOrThrow']>>;
  const toRecord = (row: Row): PersonRecord => ({
    ...toUser(row),
    disabledAt: toInstantOrNull(row.disabled_at),
    lastSeenAt: toInstantOrNull(latest(row.login_at, row.token_at)),
    projects: Number(row.projects ?? 0),
  });

  /** Makes a change that `by` asks for; null: the command line. That they may is asked here again, as somebody else may have taken it from them meanwhile. */
  const change = (
    userId: string,
    by: string | null,
    values: { admin: 0 | 1 } | { disabled_at: number | null },
  ): Promise<AdminChange> =>
    inTransaction(
      db,
      async (tx) => {
        const administrators = () =>
          tx
            .selectFrom('users')
            .select('id')
            .where('admin', '=', 1)
            .where('kind', '=', 'person')
            .where('disabled_at', 'is', null)
            .limit(1);
        const may = by === null || (await administrators().where('id', '=', by).executeTakeFirst()) !== undefined;
        if (!may) return 'forbidden' as const;
        const before = await administrators().executeTakeFirst();
        await tx.updateTable('users').set(values).where('id', '=', userId).execute();
        const after = await administrators().executeTakeFirst();
        if (before !== undefined && after === undefined) throw new LastAdministrator();
        return 'done' as const;
      },
      { turn: 'administrators' },
    ).catch((error: unknown) => {
      if (error instanceof LastAdministrator) return 'last_administrator' as const;
      throw error;
    });

  return {
    /** A page, by address: those after `after`. */
    async page(filter: PeopleFilter, { after, limit }: { after: string; limit: number }): Promise<PersonRecord[]> {
      const { search = '', show } = filter;
      const rows = await people()
        .where('email', '>', after)
        .$if(show === 'active', (query) => query.where('disabled_at', 'is', null))
        .$if(show === 'disabled', (query) => query.where('disabled_at', 'is not', null))
        .$if(show === 'administrators', (query) => query.where('admin', '=', 1).where('disabled_at', 'is', null))
        .$if(search !== '', (query) => query.where(hasText(['users.email', 'users.name'], search)))
        .orderBy('email')
        .limit(limit)
        .execute();
      return rows.map(toRecord);
    },

    async find(email: string): Promise<PersonRecord | null> {
      const row = await people().where('email', '=', email).executeTakeFirst();
      return row === undefined ? null : toRecord(row);
    },

    disable: (userId: string, by: string | null, now: number) => change(userId, by, { disabled_at: now }),
    enable: (userId: string, by: string | null) => change(userId, by, { disabled_at: null }),
    makeAdministrator: (userId: string, by: string | null) => change(userId, by, { admin: 1 }),
    unmakeAdministrator: (userId: string, by: string | null) => change(userId, by, { admin: 0 }),
  };
}

/** Takes back the change that would have left nobody. */
class LastAdministrator extends Error {}

const latest = (a: number | null, b: number | null): number | null =>
  a === null || b === null ? (a ?? b) : Math.max(a, b);
