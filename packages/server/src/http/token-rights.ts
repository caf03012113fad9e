import { allowsScope, routeScopes, type RouteName, type Scope } from '@emberlab/contract';
import { HttpError } from './errors.ts';

/** How somebody is here: by a login, or by a token with its limits. */
type Means = {
  readonly loginDigest: string | null;
  readonly scopes?: readonly Scope[] | null;
  readonly projectIds?: readonly string[] | null;
  readonly only?: 'files';
};

/**
 * The one place that says no to tokens, by the rule of the route in the contract. `projectId`: the project of the route, null for a route of none. A project
 * that the token does not open answers like one that isn't there.
 */
export function checkToken(name: RouteName, actor: Means, projectId: string | null): void {
  const rule = routeScopes[name];
  if (actor.only === 'files' && !name.startsWith('files.')) throw new HttpError('token_limited');
  if (actor.loginDigest !== null || rule === 'none') return;
  const { scopes = null, projectIds = null } = actor;
  if (projectIds !== null && projectId !== null && !projectIds.includes(projectId)) throw new HttpError('not_found');
  if (rule === 'login') throw new HttpError('login_needed');
  const everywhere = typeof rule === 'object';
  if (projectIds !== null && projectId === null && !everywhere) throw new HttpError('token_limited');
  if (!allowsScope(scopes, everywhere ? rule.scope : rule)) throw new HttpError('token_limited');
}
