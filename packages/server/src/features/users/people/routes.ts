import type { Router } from '../../../http/router.ts';
import type { People } from './service.ts';

/** People's accounts, for administrators. */
export function registerPeopleRoutes(router: Router, people: People): void {
  router.handle('people.list', ({ query: { cursor, ...filter } }) => people.list(filter, cursor));
  router.handle('people.disable', ({ params, actor }) => people.disable(params.email, actor.user));
  router.handle('people.enable', ({ params, actor }) => people.enable(params.email, actor.user));
  router.handle('people.unlock', ({ params }) => people.unlock(params.email));
  router.handle('people.setAdministrator', ({ params, body, actor }) =>
    people.setAdministrator(params.email, body.admin, actor.user),
  );
}
