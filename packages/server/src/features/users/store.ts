import type { ApiToken, User } from '@emberlab/contract';
import type { Kysely, Selectable } from 'kysely';
import { prepareQuery, type ParametersOf } from '../../db/prepared.ts';
import type { Database, TokensTable, UsersTable } from '../../db/schema.ts';
import { toInstant, toInstantOrNull } from '../../lib/clock.ts';

/** Who a token speaks for and how far it reaches: null means no limit of that sort. */
export type TokenHolder = { tokenId: string; user: User; projectId: string | null; serverId: string | null };

const userColumns = ['users.id', 'email', 'users.name', 'admin', 'users.created_at'] as const;
type UserRow = Pick<Selectable<UsersTable>, 'id' | 'email' | 'name' | 'admin' | 'created_at'>;

const toUser = (row: UserRow): User => ({
  id: row.id,
  email: row.email,
  name: row.name,
  admin: row.admin === 1,
  createdAt: toInstant(row.created_at),
});

type NewUserRow = { id: string; email: string; name: string; passwordHash: string; admin: boolean; createdAt: number };

const toRow = (user: NewUserRow) => ({
  id: user.id,
  email: user.email,
  name: user.name,
  password_hash: user.passwordHash,
  admin: user.admin ? 1 : 0,
  created_at: user.createdAt,
  disabled_at: null,
});

const toToken = (
  row: Pick<Selectable<TokensTable>, 'id' | 'name' | 'created_at' | 'expires_at' | 'last_used_at'>,
): ApiToken => ({
  id: row.id,
  name: row.name,
  createdAt: toInstant(row.created_at),
  expiresAt: toInstantOrNull(row.expires_at),
  lastUsedAt: toInstantOrNull(row.last_used_at),
});

export type UserStore = ReturnType<typeof createUserStore>;

/** SQL of users, logins, tokens and set-up links. Times are milliseconds since the epoch; secrets come in as digests only. */
export function createUserStore(db: Kysely<Database>) {
  const tokenHolder = prepareQuery(db, (parameter: ParametersOf<{ digest: string; now: number }>) =>
    db
      .selectFrom('tokens')
      .innerJoin('users', 'users.id', 'tokens.user_id')
      .select([...userColumns, 'tokens.id as token_id', 'project_id', 'server_id', 'last_used_at'])
      .where('digest', '=', parameter('digest'))
      .where((e) => e.or([e('expires_at', 'is', null), e('expires_at', '>', parameter('now'))]))
      .where('disabled_at', 'is', null),
  );

  const login = prepareQuery(db, (parameter: ParametersOf<{ digest: string; now: number }>) =>
    db
      .selectFrom('logins')
      .innerJoin('users', 'users.id', 'logins.user_id')
      .select([...userColumns, 'last_seen_at'])
      .where('logins.digest', '=', parameter('digest'))
      .where('expires_at', '>', parameter('now'))
      .where('disabled_at', 'is', null),
  );

  return {
    async count(): Promise<number> {
      const row = await db
        .selectFrom('users')
        .select((e) => e.fn.countAll<number>().as('n'))
        .executeTakeFirstOrThrow();
      return row.n;
    },

    async firstAdmin(): Promise<User | null> {
      const row = await db
        .selectFrom('users')
        .select(userColumns)
        .where('admin', '=', 1)
        .where('disabled_at', 'is', null)
        .orderBy('created_at')
        .limit(1)
        .executeTakeFirst();
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

    async findByEmail(email: string): Promise<{ user: User; passwordHash: string } | null> {
      const row = await db
        .selectFrom('users')
        .select([...userColumns, 'password_hash'])
        .where('email', '=', email)
        .where('disabled_at', 'is', null)
        .executeTakeFirst();
      return row === undefined ? null : { user: toUser(row), passwordHash: row.password_hash };
    },

    async insertLogin(login: { digest: string; userId: string; now: number; expiresAt: number }): Promise<void> {
      await db
        .insertInto('logins')
        .values({
          digest: login.digest,
          user_id: login.userId,
          created_at: login.now,
          last_seen_at: login.now,
          expires_at: login.expiresAt,
        })
        .execute();
    },

    async findLogin(digest: string, now: number): Promise<{ user: User; lastSeenAt: number } | null> {
      const [row] = await login({ digest, now });
      return row === undefined ? null : { user: toUser(row), lastSeenAt: row.last_seen_at };
    },

    async touchLogin(digest: string, now: number): Promise<void> {
      await db.updateTable('logins').set({ last_seen_at: now }).where('digest', '=', digest).execute();
    },

    async deleteLogin(digest: string): Promise<void> {
      await db.deleteFrom('logins').where('digest', '=', digest).execute();
    },

    async deleteExpired(now: number): Promise<void> {
      await db.deleteFrom('logins').where('expires_at', '<=', now).execute();
      await db.deleteFrom('set_up_links').where('expires_at', '<=', now).execute();
      await db.deleteFrom('tokens').where('expires_at', '<=', now).execute();
    },

    async insertToken(token: {
      id: string;
      userId: string;
      projectId: string | null;
      serverId: string | null;
      name: string;
      digest: string;
      now: number;
      expiresAt: number | null;
    }): Promise<ApiToken> {
      const row = await db
        .insertInto('tokens')
        .values({
          id: token.id,
          user_id: token.userId,
          project_id: token.projectId,
          server_id: token.serverId,
          name: token.name,
          digest: token.digest,
          created_at: token.now,
          expires_at: token.expiresAt,
          last_used_at: null,
        })
        .returning(['id', 'name', 'created_at', 'expires_at', 'last_used_at'])
        .executeTakeFirstOrThrow();
      return toToken(row);
    },

    async findToken(digest: string, now: number): Promise<(TokenHolder & { lastUsedAt: number | null }) | null> {
      const [row] = await tokenHolder({ digest, now });
      if (row === undefined) return null;
      return {
        tokenId: row.token_id,
        user: toUser(row),
        projectId: row.project_id,
        serverId: row.server_id,
        lastUsedAt: row.last_used_at,
      };
    },

    async touchToken(id: string, now: number): Promise<void> {
      await db.updateTable('tokens').set({ last_used_at: now }).where('id', '=', id).execute();
    },

    /** Tokens that the user made: those of servers are not theirs to see. */
    async listTokens(userId: string): Promise<ApiToken[]> {
      const rows = await db
        .selectFrom('tokens')
        .select(['id', 'name', 'created_at', 'expires_at', 'last_used_at'])
        .where('user_id', '=', userId)
        .where('server_id', 'is', null)
        .orderBy('created_at', 'desc')
        .execute();
      return rows.map(toToken);
    },

    /** Answers false when the user has no such token. */
    async deleteToken(userId: string, id: string): Promise<boolean> {
      const result = await db
        .deleteFrom('tokens')
        .where('id', '=', id)
        .where('user_id', '=', userId)
        .where('server_id', 'is', null)
        .executeTakeFirst();
      return result.numDeletedRows > 0n;
    },

    async deleteServerTokens(serverId: string): Promise<void> {
      await db.deleteFrom('tokens').where('server_id', '=', serverId).execute();
    },

    async insertSetUpLink(digest: string, now: number, expiresAt: number): Promise<void> {
      await db.insertInto('set_up_links').values({ digest, created_at: now, expires_at: expiresAt }).execute();
    },

    /**
     * Makes the first user with a set-up link and takes all links away. Answers false, with nothing changed, when the link is not good or there is a
     * user already: of two at once, one gets true.
     */
    insertFirst: (user: NewUserRow, linkDigest: string): Promise<boolean> =>
      db.transaction().execute(async (tx) => {
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
      }),
  };
}
