import type { ApiToken, Scope, User } from '@emberlab/contract';
import type { Kysely, Selectable } from 'kysely';
import { prepareQuery, type ParametersOf } from '../../../db/prepared.ts';
import type { Database } from '../../../db/schema.ts';
import type { TokensTable } from '../../../db/schema/people.ts';
import { toInstant, toInstantOrNull } from '../../../lib/clock.ts';
import { toUser, userColumns } from '../rows.ts';

/** What a token may do of what its user may; null: all of it. */
export type TokenLimits = { readonly scopes: readonly Scope[] | null; readonly projectIds: readonly string[] | null };

/** Who a token speaks for and how far it reaches. */
export type TokenHolder = {
  tokenId: string;
  user: User;
  serverId: string | null;
  executionId: number | null;
} & TokenLimits;

type LimitsRow = Pick<Selectable<TokensTable>, 'project_id' | 'scopes_json' | 'projects_json'>;

function toLimits(row: LimitsRow): TokenLimits {
  const many = row.projects_json === null ? null : (JSON.parse(row.projects_json) as string[]);
  return {
    scopes: row.scopes_json === null ? null : (JSON.parse(row.scopes_json) as Scope[]),
    projectIds: row.project_id === null ? many : [row.project_id],
  };
}

const tokenColumns = [
  'id',
  'name',
  'created_at',
  'expires_at',
  'last_used_at',
  'project_id',
  'scopes_json',
  'projects_json',
] as const;

export type TokenStore = ReturnType<typeof createTokenStore>;

/** SQL of tokens. Secrets come in as digests only. */
export function createTokenStore(db: Kysely<Database>) {
  const tokenHolder = prepareQuery(db, (parameter: ParametersOf<{ digest: string; now: number }>) =>
    db
      .selectFrom('tokens')
      .innerJoin('users', 'users.id', 'tokens.user_id')
      .select([...userColumns, 'tokens.id as token_id', 'server_id', 'execution_id', 'last_used_at'])
      .select(['project_id', 'scopes_json', 'projects_json'])
      .where('digest', '=', parameter('digest'))
      .where((e) => e.or([e('expires_at', 'is', null), e('expires_at', '>', parameter('now'))]))
      .where('disabled_at', 'is', null),
  );

  /** Projects by their ids: what they are called, as people read it. Those that are gone are left out. */
  async function namesOf(ids: readonly string[]): Promise<Map<string, string>> {
    if (ids.length === 0) return new Map();
    const rows = await db.selectFrom('projects').select(['id', 'name']).where('id', 'in', ids).execute();
    return new Map(rows.map((row) => [row.id, row.name]));
  }

  async function present(rows: (LimitsRow & Pick<Selectable<TokensTable>, (typeof tokenColumns)[number]>)[]) {
    const limits = rows.map(toLimits);
    const names = await namesOf(limits.flatMap(({ projectIds }) => projectIds ?? []));
    return rows.map((row, index): ApiToken => ({
      id: row.id,
      name: row.name,
      scopes: limits[index]?.scopes?.slice() ?? null,
      projects: limits[index]?.projectIds?.flatMap((id) => names.get(id) ?? []) ?? null,
      createdAt: toInstant(row.created_at),
      expiresAt: toInstantOrNull(row.expires_at),
      lastUsedAt: toInstantOrNull(row.last_used_at),
    }));
  }

  return {
    async insert(token: {
      id: string;
      userId: string;
      projectId: string | null;
      serverId: string | null;
      /** the run of a job that it is for; absent: none */
      executionId?: number;
      name: string;
      digest: string;
      now: number;
      expiresAt: number | null;
      limits: TokenLimits;
    }): Promise<ApiToken> {
      const { scopes, projectIds } = token.limits;
      const row = await db
        .insertInto('tokens')
        .values({
          id: token.id,
          user_id: token.userId,
          project_id: token.projectId,
          server_id: token.serverId,
          execution_id: token.executionId ?? null,
          name: token.name,
          digest: token.digest,
          created_at: token.now,
          expires_at: token.expiresAt,
          last_used_at: null,
          scopes_json: scopes === null ? null : JSON.stringify(scopes),
          projects_json: projectIds === null ? null : JSON.stringify(projectIds),
        })
        .returning(tokenColumns)
        .executeTakeFirstOrThrow();
      const [made] = await present([row]);
      if (made === undefined) throw new Error('a token is gone right after it was made');
      return made;
    },

    async find(digest: string, now: number): Promise<(TokenHolder & { lastUsedAt: number | null }) | null> {
      const [row] = await tokenHolder({ digest, now });
      if (row === undefined) return null;
      return {
        tokenId: row.token_id,
        user: toUser(row),
        serverId: row.server_id,
        executionId: row.execution_id,
        ...toLimits(row),
        lastUsedAt: row.last_used_at,
      };
    },

    async touch(id: string, now: number): Promise<void> {
      await db.updateTable('tokens').set({ last_used_at: now }).where('id', '=', id).execute();
    },

    /** Tokens that somebody made for the user: those of servers and runs are not theirs to see. */
    async list(userId: string): Promise<ApiToken[]> {
      const rows = await db
        .selectFrom('tokens')
        .select(tokenColumns)
        .where('user_id', '=', userId)
        .where('server_id', 'is', null)
        .where('execution_id', 'is', null)
        .orderBy('created_at', 'desc')
        .execute();
      return present(rows);
    },

    /** Answers false when the user has no such token. */
    async delete(userId: string, id: string): Promise<boolean> {
      const result = await db
        .deleteFrom('tokens')
        .where('id', '=', id)
        .where('user_id', '=', userId)
        .where('server_id', 'is', null)
        .where('execution_id', 'is', null)
        .executeTakeFirst();
      return result.numDeletedRows > 0n;
    },

    async deleteServerTokens(serverId: string): Promise<void> {
      await db.deleteFrom('tokens').where('server_id', '=', serverId).execute();
    },

    async deleteExecutionTokens(executionId: number): Promise<void> {
      await db.deleteFrom('tokens').where('execution_id', '=', executionId).execute();
    },

    async deleteExpired(now: number): Promise<void> {
      await db.deleteFrom('tokens').where('expires_at', '<=', now).execute();
    },

    /** The ids of projects that the user is in, by their names. */
    async projectsOf(userId: string, names: readonly string[]): Promise<Map<string, string>> {
      if (names.length === 0) return new Map();
      const rows = await db
        .selectFrom('projects')
        .innerJoin('members', 'members.project_id', 'projects.id')
        .select(['projects.id', 'projects.name'])
        .where('members.user_id', '=', userId)
        .where('projects.name', 'in', names)
        .execute();
      return new Map(rows.map((row) => [row.name, row.id]));
    },
  };
}
