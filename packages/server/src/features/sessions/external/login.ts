import { reachAll, type Reach } from '../../../lib/reach.ts';
import { LivyCallError } from './call-error.ts';
import type { LivyServer, Upstream } from './model.ts';

/** The value of the header with which Emberlab logs in; null: none. Throws a `LivyCallError` when the secret can't be read any more. */
function authorizationOf({ login, user, secret }: Pick<LivyServer, 'login' | 'user' | 'secret'>): string | null {
  if (login === 'none') return null;
  if (secret === null) {
    throw new LivyCallError(
      'no',
      'its stored password or token can’t be read any more, and an owner of the project has to enter it anew',
    );
  }
  return login === 'bearer' ? `Bearer ${secret}` : `Basic ${Buffer.from(`${user ?? ''}:${secret}`).toString('base64')}`;
}

/** How a Livy server is asked. An administrator's word stands for a rule; `allowed` is what owners may set. */
export const upstreamOf = (
  server: Pick<LivyServer, 'url' | 'login' | 'user' | 'secret' | 'setByAdmin'>,
  allowed: Reach,
): Upstream => ({
  url: server.url,
  authorization: authorizationOf(server),
  reach: server.setByAdmin ? reachAll : allowed,
});
