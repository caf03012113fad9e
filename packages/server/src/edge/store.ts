import type { Kysely } from 'kysely';
import type { Database } from '../db/schema.ts';

/** A row of `grants`. */
export type StoredGrant = {
  digest: string;
  targetId: string;
  userId: string;
  loginDigest: string | null;
  /** the API token that it was opened with, where there is no login */
  tokenId?: string | null;
  expiresAt: number;
};
export type StoredTicket = StoredGrant & { path: string };

/** What a ticket stood for. `loginExpiresAt`: the end of the login or token behind it; null: it has none. */
export type RedeemedTicket = {
  userId: string;
  loginDigest: string | null;
  tokenId: string | null;
  path: string;
  loginExpiresAt: number | null;
};

export type EdgeStore = ReturnType<typeof createEdgeStore>;

/** SQL of tickets and grants. Times are milliseconds since the epoch; secrets come in as digests only. */
export function createEdgeStore(db: Kysely<Database>) {
  return {
    async insertTicket(ticket: StoredTicket): Promise<void> {
      const { digest, targetId: target_id, userId: user_id, loginDigest: login_digest, path } = ticket;
      const token_id = ticket.tokenId ?? null;
      const row = { digest, target_id, user_id, login_digest, token_id, path, expires_at: ticket.expiresAt };
      await db.insertInto('tickets').values(row).execute();
    },

    /**
     * Takes a ticket away and answers what it stood for; null when it is not good for this target (any more). One statement, so that of two who
     * come at once one gets nothing. A ticket of another target stays.
     */
    async redeemTicket(ticket: { digest: string; targetId: string; now: number }): Promise<RedeemedTicket | null> {
      const row = await db
        .deleteFrom('tickets')
        .where('digest', '=', ticket.digest)
        .where('target_id', '=', ticket.targetId)
        .where('expires_at', '>', ticket.now)
        .returning(['user_id', 'login_digest', 'token_id', 'path'])
        .executeTakeFirst();
      if (row === undefined) return null;
      const user = await db.selectFrom('users').select('disabled_at').where('id', '=', row.user_id).executeTakeFirst();
      if (user === undefined || user.disabled_at !== null) return null;
      const found = { userId: row.user_id, loginDigest: row.login_digest, tokenId: row.token_id, path: row.path };
      if (row.token_id !== null) {
        const token = await db
          .selectFrom('tokens')
          .select('expires_at')
          .where('id', '=', row.token_id)
          .executeTakeFirst();
        if (token === undefined || (token.expires_at !== null && token.expires_at <= ticket.now)) return null;
        return { ...found, loginExpiresAt: token.expires_at };
      }
      if (row.login_digest === null) return { ...found, loginExpiresAt: null };
      const login = await db
        .selectFrom('logins')
        .select(['expires_at', 'ends_at'])
        .where('digest', '=', row.login_digest)
        .where('expires_at', '>', ticket.now)
        .executeTakeFirst();
      // A login that is used goes on; one that isn't takes its grants with it before (see `liveGrants`).
      return login === undefined ? null : { ...found, loginExpiresAt: login.ends_at ?? login.expires_at };
    },

    async insertGrant(grant: StoredGrant & { createdAt: number }): Promise<void> {
      const { digest, targetId: target_id, userId: user_id, loginDigest: login_digest } = grant;
      const row = {
        digest,
        target_id,
        user_id,
        login_digest,
        token_id: grant.tokenId ?? null,
        created_at: grant.createdAt,
        expires_at: grant.expiresAt,
      };
      await db.insertInto('grants').values(row).execute();
    },

    /** Grants that are good now: unexpired, with their login or token still there and their user not disabled. */
    async liveGrants(now: number): Promise<StoredGrant[]> {
      const rows = await db
        .selectFrom('grants')
        .innerJoin('users', 'users.id', 'grants.user_id')
        .leftJoin('logins', 'logins.digest', 'grants.login_digest')
        .leftJoin('tokens', 'tokens.id', 'grants.token_id')
        .select(['grants.digest', 'target_id', 'grants.user_id', 'login_digest', 'grants.expires_at'])
        .where('grants.expires_at', '>', now)
        .where('users.disabled_at', 'is', null)
        .where((e) => e.or([e('login_digest', 'is', null), e('logins.expires_at', '>', now)]))
        .where((e) => e.or([e('tokens.expires_at', 'is', null), e('tokens.expires_at', '>', now)]))
        .execute();
      return rows.map((row) => ({
        digest: row.digest,
        targetId: row.target_id,
        userId: row.user_id,
        loginDigest: row.login_digest,
        expiresAt: row.expires_at,
      }));
    },

    /** Removes the tickets and grants of a target, of a login, or of a user (on one target, if given). */
    async remove(
      match: { targetId: string } | { loginDigest: string } | { userId: string; targetId: string | null },
    ): Promise<void> {
      for (const table of ['tickets', 'grants'] as const) {
        let query = db.deleteFrom(table);
        if ('userId' in match) query = query.where('user_id', '=', match.userId);
        if ('loginDigest' in match) query = query.where('login_digest', '=', match.loginDigest);
        else if (match.targetId !== null) query = query.where('target_id', '=', match.targetId);
        await query.execute();
      }
    },

    async removeExpired(now: number): Promise<void> {
      for (const table of ['tickets', 'grants'] as const) {
        await db.deleteFrom(table).where('expires_at', '<=', now).execute();
      }
    },
  };
}
