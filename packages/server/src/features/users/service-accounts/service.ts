import type { ApiToken, ServiceAccount } from '@emberlab/contract';
import { HttpError } from '../../../http/errors.ts';
import type { Clock } from '../../../lib/clock.ts';
import { newId } from '../../../lib/ids.ts';
import type { NewToken, TokenService } from '../tokens/service.ts';
import type { ServiceAccountStore } from './store.ts';

/** A domain that is nobody's and never will be (RFC 2606), so that no provider can vouch for an address in it. */
const domain = 'service.invalid';

/** Accounts for programs: administrators make them and their tokens, owners add them to projects by their address; they never log in. */
export function createServiceAccounts(deps: { store: ServiceAccountStore; tokens: TokenService; clock: Clock }) {
  const { store, tokens, clock } = deps;

  async function find(id: string): Promise<ServiceAccount> {
    const found = await store.find(id);
    if (found === null) throw new HttpError('not_found');
    return found;
  }

  return {
    list: (): Promise<ServiceAccount[]> => store.list(),

    /** Throws `name_taken`, also for the name of one that was removed: what was meant for that one is not for another. */
    async create({ name, label }: { name: string; label: string }): Promise<ServiceAccount> {
      const account = { id: newId(), email: `${name}@${domain}`, name: label, now: clock.now() };
      if (!(await store.insert(account))) throw new HttpError('name_taken');
      return find(account.id);
    },

    /** Ends what is done with its tokens. Throws `not_found`. */
    async remove(id: string): Promise<void> {
      await store.disable((await find(id)).id, clock.now());
    },

    async listTokens(id: string): Promise<ApiToken[]> {
      return tokens.listTokens((await find(id)).id);
    },

    /** Throws `forbidden` for the scope `admin`, which no such account has. */
    async createToken(id: string, token: NewToken): Promise<ApiToken & { secret: string }> {
      return tokens.createLimitedToken({ id: (await find(id)).id, admin: false }, token);
    },

    async deleteToken(id: string, token: string): Promise<void> {
      await tokens.deleteToken((await find(id)).id, token);
    },
  };
}
export type ServiceAccounts = ReturnType<typeof createServiceAccounts>;
