import '@fastify/cookie';
import { allowsScope, type User } from '@emberlab/contract';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { HttpError } from '../../http/errors.ts';
import type { Actor } from '../../http/router.ts';
import { cookieValues } from '../../lib/cookies.ts';
import type { LoginService } from './logins/service.ts';
import type { TokenService } from './tokens/service.ts';

/** Who calls the Livy gateway, as the token says. A token may open some projects alone; that of a Jupyter server opens one. */
export type GatewayCaller = {
  readonly user: Pick<User, 'id' | 'email' | 'name'>;
  /** the only projects that the token opens; null: all of the user's */
  readonly projectIds: readonly string[] | null;
  /** the Jupyter server whose token it is */
  readonly serverId: string | null;
  /** the run of a job whose token it is; null or absent: none */
  readonly executionId?: number | null;
  /** whether the token may run things; else it only reads */
  readonly mayRun: boolean;
  readonly tokenId: string;
};

/** `__Host-` binds the cookie to this very host; browsers take such a name over https alone. */
const cookieName = (secure: boolean): string => (secure ? '__Host-emberlab' : 'emberlab');

/** Reads and writes what proves who somebody is: the login cookie, bearer tokens, Basic for Livy clients. */
export function createCredentials(deps: {
  logins: LoginService;
  tokens: TokenService;
  secure: boolean;
  /** whether Jupyter servers ask the API for the files of their projects */
  serversAskForFiles: boolean;
}) {
  const { logins, tokens, secure, serversAskForFiles } = deps;
  const name = cookieName(secure);
  const attemptName = `${name}-openid`;
  const options = { path: '/', httpOnly: true, sameSite: 'lax', secure } as const;

  /**
   * Where there is no https to bind a cookie to its host, a page at a neighbour's name may have planted one beside the right one. What is no login counts
   * for nothing then, and of two that are both good neither does: nobody goes on in somebody else's name without seeing it.
   */
  async function loginIn(request: FastifyRequest): Promise<Actor | null> {
    const found = new Map<string, Actor>();
    for (const secret of cookieValues(request.headers.cookie, name)) {
      const login = await logins.find(secret);
      if (login !== null) found.set(login.loginDigest, { user: login.user, loginDigest: login.loginDigest });
    }
    const [login = null] = found.values();
    return found.size > 1 ? null : login;
  }

  return {
    setLogin: (reply: FastifyReply, secret: string, maxAgeSeconds: number): void =>
      void reply.setCookie(name, secret, { ...options, maxAge: maxAgeSeconds }),
    /** What a browser keeps while it is at the login provider. */
    setAttempt: (reply: FastifyReply, sealed: string, maxAgeSeconds: number): void =>
      void reply.setCookie(attemptName, sealed, { ...options, maxAge: maxAgeSeconds }),
    /** Reads that, and takes it away: it is for one answer. */
    takeAttempt(request: FastifyRequest, reply: FastifyReply): string | undefined {
      reply.clearCookie(attemptName, options);
      return request.cookies[attemptName];
    },
    clearLogin: (reply: FastifyReply): void => void reply.clearCookie(name, options),

    /**
     * The caller of the API. An `Authorization` header decides alone; a wrong one is an error, while a cookie that is no longer good is nobody.
     * The token of a server or a run is for the gateway: here it is refused, but for the files of its project where servers have those from here.
     */
    async authenticate(request: FastifyRequest): Promise<Actor | null> {
      const { authorization } = request.headers;
      if (authorization !== undefined) {
        const secret = /^Bearer ([\w-]+)$/i.exec(authorization)?.[1];
        const holder = secret === undefined ? null : await tokens.findToken(secret);
        const isServer = holder !== null && holder.serverId !== null && holder.executionId === null;
        if (holder === null || holder.executionId !== null || (isServer && !serversAskForFiles))
          throw new HttpError('not_logged_in', { message: 'This token is not good (any more).' });
        const { user, tokenId, scopes, projectIds } = holder;
        if (isServer) {
          // Never more than files, and never another project's.
          const own = projectIds ?? [];
          return { user, loginDigest: null, tokenId, scopes: ['read', 'run'], projectIds: own, only: 'files' };
        }
        return { user, loginDigest: null, tokenId, scopes, projectIds };
      }
      return loginIn(request);
    },

    /** The caller of the gateway, by `Bearer token` or `Basic user:token` (the user part is for the client's books alone); null: nobody. */
    async authenticateGateway(request: FastifyRequest): Promise<GatewayCaller | null> {
      const [, scheme = '', value = ''] =
        /^(Bearer|Basic) ([\w+/=.~-]+)$/i.exec(request.headers.authorization ?? '') ?? [];
      let secret = value;
      if (scheme.toLowerCase() === 'basic') {
        const text = Buffer.from(value, 'base64').toString('utf8');
        secret = text.slice(text.indexOf(':') + 1);
      }
      const holder = secret === '' ? null : await tokens.findToken(secret);
      if (holder === null) return null;
      const { user, projectIds, serverId, executionId, tokenId, scopes } = holder;
      return { user, projectIds, serverId, executionId, tokenId, mayRun: allowsScope(scopes, 'run') };
    },
  };
}
export type Credentials = ReturnType<typeof createCredentials>;
