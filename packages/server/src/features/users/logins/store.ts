import type { User } from '@emberlab/contract';
import type { Kysely } from 'kysely';
import { prepareQuery, type ParametersOf } from '../../../db/prepared.ts';
import type { Database } from '../../../db/schema.ts';
import { toUser, userColumns } from '../rows.ts';

export type LoginRecord = {
  digest: string;
  id: string;
  createdAt: number;
  lastSeenAt: number;
  expiresAt: number;
  address: string | null;
  userAgent: string | null;
};

export type LoginStore = ReturnType<typeof createLoginStore>;

/** SQL of logins. Secrets come in as digests only. */
export function createLoginStore(db: Kysely<Database>) {
  const login = prepareQuery(db, (parameter: ParametersOf<{ digest: string; now: number }>) =>
    db
      .selectFrom('logins')
      .innerJoin('users', 'users.id', 'logins.user_id')
      .select([...userColumns, 'last_seen_at', 'expires_at', 'ends_at'])
      .where('logins.digest', '=', parameter('digest'))
      .where('expires_at', '>', parameter('now'))
      .where('disabled_at', 'is', null),
  );

  return {
    async insert(row: LoginRecord & { userId: string; endsAt: number }): Promise<void> {
      await db
        .insertInto('logins')
        .values({
          digest: row.digest,
          id: row.id,
          user_id: row.userId,
          created_at: row.createdAt,
          last_seen_at: row.lastSeenAt,
          expires_at: row.expiresAt,
          ends_at: row.endsAt,
          address: row.address ?? '',
          user_agent: row.userAgent ?? '',
        })
        .execute();
    },

    async find(digest: string, now: number): Promise<{ user: User; lastSeenAt: number; endsAt: number } | null> {
      const [row] = await login({ digest, now });
      if (row === undefined) return null;
      return { user: toUser(row), lastSeenAt: row.last_seen_at, endsAt: row.ends_at ?? row.expires_at };
    },

    async touch(digest: string, now: number, expiresAt: number): Promise<void> {
      await db
        .updateTable('logins')
        .set({ last_seen_at: now, expires_at: expiresAt })
        .where('digest', '=', digest)
        // one that has ended meanwhile stays so
        .where('expires_at', '>', now)
        .execute();
    },

    /** Those with which somebody has one of these open in a browser. */
    async withGrantsOn(
      targetIds: readonly string[],
      seenBefore: number,
    ): Promise<{ digest: string; endsAt: number }[]> {
      if (targetIds.length === 0) return [];
      const rows = await db
        .selectFrom('logins')
        .select(['digest', 'expires_at', 'ends_at'])
        .where('last_seen_at', '<', seenBefore)
        .where('digest', 'in', (e) =>
          e
            .selectFrom('grants')
            .select('login_digest')
            .where('target_id', 'in', targetIds)
            .where('login_digest', 'is not', null)
            .$castTo<string>(),
        )
        .execute();
      return rows.map((row) => ({ digest: row.digest, endsAt: row.ends_at ?? row.expires_at }));
    },

    /** The last used first. */
    async list(userId: string, now: number): Promise<LoginRecord[]> {
      const rows = await db
        .selectFrom('logins')
        .selectAll()
        .where('user_id', '=', userId)
        .where('expires_at', '>', now)
        .orderBy('last_seen_at', 'desc')
        .execute();
      return rows.map((row) => ({
        digest: row.digest,
        id: row.id ?? row.digest.slice(0, 20),
        createdAt: row.created_at,
        lastSeenAt: row.last_seen_at,
        expiresAt: row.expires_at,
        address: row.address === '' ? null : row.address,
        userAgent: row.user_agent === '' ? null : row.user_agent,
      }));
    },

    async delete(digest: string): Promise<void> {
      await db.deleteFrom('logins').where('digest', '=', digest).execute();
    },

    async deleteExpired(now: number): Promise<void> {
      await db.deleteFrom('logins').where('expires_at', '<=', now).execute();
    },
  };
}
