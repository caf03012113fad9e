import type { AuthState, User } from '@emberlab/contract';
import type { QueryClient } from '@tanstack/react-query';
import { authQuery } from './queries.ts';

const stateWith = (before: AuthState | undefined, user: User | null): AuthState => ({
  setUpNeeded: false,
  user,
  // what the login page offers doesn't change with who is logged in
  openId: before?.openId ?? null,
});

/** Notes who is logged in now. */
export function putUser(client: QueryClient, user: User | null): void {
  client.setQueryData(authQuery.queryKey, (before) => stateWith(before, user));
}

/** The same, and forgets everything else: what another user saw must not appear for a moment. */
export function startOver(client: QueryClient, user: User | null): void {
  const before = client.getQueryData(authQuery.queryKey);
  client.clear();
  client.setQueryData(authQuery.queryKey, stateWith(before, user));
}
