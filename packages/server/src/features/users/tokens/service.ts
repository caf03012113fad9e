import type { ApiToken, Scope } from '@emberlab/contract';
import { HttpError } from '../../../http/errors.ts';
import type { Clock } from '../../../lib/clock.ts';
import { digest, newId, newSecret } from '../../../lib/ids.ts';
import type { TokenHolder, TokenLimits, TokenStore } from './store.ts';

const minute = 60_000;
const day = 24 * 60 * minute;
const noLimits: TokenLimits = { scopes: null, projectIds: null };

export type NewToken = {
  readonly name: string;
  readonly expiresInDays: number | null;
  readonly scopes: readonly Scope[];
  /** names of the only projects that it opens; null: all of its user's */
  readonly projects: readonly string[] | null;
};

type Maker = { readonly id: string; readonly admin: boolean };

/** Tokens of people and programs, and those of Jupyter servers. */
export function createTokenService({ store, clock }: { store: TokenStore; clock: Clock }) {
  async function create(
    userId: string,
    name: string,
    expiresInDays: number | null,
    limits: TokenLimits = noLimits,
  ): Promise<ApiToken & { secret: string }> {
    const secret = newSecret('ember_token');
    const now = clock.now();
    const token = await store.insert({
      id: newId(),
      userId,
      projectId: null,
      serverId: null,
      name,
      digest: digest(secret),
      now,
      expiresAt: expiresInDays === null ? null : now + expiresInDays * day,
      limits,
    });
    return { ...token, secret };
  }

  /** Throws when somebody asks for a scope or a project that they don't have themselves; answers the ids of the projects, null: all. */
  async function checkLimits(user: Maker, { scopes, projects }: Pick<NewToken, 'scopes' | 'projects'>) {
    if (scopes.includes('admin') && !user.admin) {
      throw new HttpError('forbidden', { message: 'Only tokens of administrators can administer the platform.' });
    }
    if (projects === null) return null;
    const known = await store.projectsOf(user.id, projects);
    const absent = projects.find((name) => !known.has(name));
    if (absent !== undefined) {
      const message = `There is no project ${absent}, or this account is not in it.`;
      throw new HttpError('bad_request', { message, details: [{ path: 'projects', message }] });
    }
    return [...new Set(known.values())];
  }

  return {
    /** Who a token speaks for; null when it is not good (any more). */
    async findToken(secret: string): Promise<TokenHolder | null> {
      const found = await store.find(digest(secret), clock.now());
      if (found === null) return null;
      const { lastUsedAt, ...holder } = found;
      if (clock.now() - (lastUsedAt ?? 0) > minute) await store.touch(holder.tokenId, clock.now());
      return holder;
    },

    listTokens: (userId: string): Promise<ApiToken[]> => store.list(userId),

    /** Makes a token of the user's own. The secret is in this answer only. */
    createToken: create,

    /** The same with limits, as somebody asks for them. Throws as `checkLimits` does. */
    async createLimitedToken(user: Maker, token: NewToken): Promise<ApiToken & { secret: string }> {
      const projectIds = await checkLimits(user, token);
      return create(user.id, token.name, token.expiresInDays, { scopes: [...new Set(token.scopes)], projectIds });
    },
    checkLimits,

    /** Throws `not_found` when the user has no such token. */
    async deleteToken(userId: string, id: string): Promise<void> {
      if (!(await store.delete(userId, id))) throw new HttpError('not_found');
    },

    /** A secret with which a server's kernels reach the gateway of its project, for as long as the server lives. */
    async issueForServer(server: { serverId: string; userId: string; projectId: string }): Promise<string> {
      const secret = newSecret('ember_server');
      await store.insert({
        id: newId(),
        ...server,
        name: 'Jupyter server',
        digest: digest(secret),
        now: clock.now(),
        expiresAt: null,
        limits: noLimits,
      });
      return secret;
    },

    /** The same for the kernel of a notebook that is run by a job. */
    async issueForRun(run: { executionId: number; userId: string; projectId: string }): Promise<string> {
      const secret = newSecret('ember_run');
      await store.insert({
        id: newId(),
        ...run,
        serverId: null,
        name: 'Run of a job',
        digest: digest(secret),
        now: clock.now(),
        expiresAt: null,
        limits: noLimits,
      });
      return secret;
    },
    revokeForRun: (executionId: number): Promise<void> => store.deleteExecutionTokens(executionId),

    revokeForServer: (serverId: string): Promise<void> => store.deleteServerTokens(serverId),
    forgetExpired: (): Promise<void> => store.deleteExpired(clock.now()),
  };
}
export type TokenService = ReturnType<typeof createTokenService>;
