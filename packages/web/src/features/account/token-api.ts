import type { ApiToken, CallInput } from '@emberlab/contract';
import { api } from '../../lib/api.ts';
import { keys } from '../../lib/queries.ts';

/** Whose tokens: one's own, or those of an account for a program. */
export type TokenOwner = { readonly service: null } | { readonly service: { id: string; name: string } };
export const mine: TokenOwner = { service: null };

export type NewToken = CallInput<'me.createToken'>['body'];

export const tokensKey = ({ service }: TokenOwner) =>
  service === null ? keys.tokens : keys.serviceAccountTokens(service.id);

export const tokensQuery = (owner: TokenOwner) => ({
  queryKey: tokensKey(owner),
  queryFn: ({ signal }: { signal: AbortSignal }): Promise<{ items: ApiToken[] }> =>
    owner.service === null
      ? api.call('me.tokens', {}, signal)
      : api.call('serviceAccounts.tokens', { params: { id: owner.service.id } }, signal),
});

export const createToken = ({ service }: TokenOwner, body: NewToken) =>
  service === null
    ? api.call('me.createToken', { body })
    : api.call('serviceAccounts.createToken', { params: { id: service.id }, body });

export const revokeToken = ({ service }: TokenOwner, id: string) =>
  service === null
    ? api.call('me.deleteToken', { params: { id } })
    : api.call('serviceAccounts.deleteToken', { params: { id: service.id, token: id } });
