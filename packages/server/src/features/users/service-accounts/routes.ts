import type { Router } from '../../../http/router.ts';
import type { ServiceAccounts } from './service.ts';

/** Accounts for programs, for administrators. */
export function registerServiceAccountRoutes(router: Router, accounts: ServiceAccounts): void {
  router.handle('serviceAccounts.list', async () => ({ items: await accounts.list(), next: null }));
  router.handle('serviceAccounts.create', ({ body }) => accounts.create(body));
  router.handle('serviceAccounts.remove', async ({ params }) => {
    await accounts.remove(params.id);
    return {};
  });
  router.handle('serviceAccounts.tokens', async ({ params }) => ({
    items: await accounts.listTokens(params.id),
    next: null,
  }));
  router.handle('serviceAccounts.createToken', ({ params, body }) => accounts.createToken(params.id, body));
  router.handle('serviceAccounts.deleteToken', async ({ params }) => {
    await accounts.deleteToken(params.id, params.token);
    return {};
  });
}
