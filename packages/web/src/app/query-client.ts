import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { isLoggedOut, isTransient } from '../lib/api.ts';
import { putUser } from '../lib/auth-state.ts';
import { keys } from '../lib/queries.ts';

/** The cache of everything that the server told. When an answer says that the login has ended, the cache knows; the frame then asks to log in. */
export function createQueryClient(): QueryClient {
  const onError = (error: unknown): void => {
    if (isLoggedOut(error)) putUser(client, null);
  };
  const client: QueryClient = new QueryClient({
    queryCache: new QueryCache({ onError: (error, query) => query.queryKey[0] !== keys.auth[0] && onError(error) }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      queries: {
        staleTime: 10_000,
        retry: (failures, error) => failures < 2 && isTransient(error),
      },
    },
  });
  return client;
}
