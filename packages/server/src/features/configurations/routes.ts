import type { Actor, Membership, Router } from '../../http/router.ts';
import type { ConfigurationService } from './service.ts';
import type { Whose } from './store.ts';

/** Configurations of the caller and defaults of projects. */
export function registerConfigurationRoutes(router: Router, service: ConfigurationService): void {
  const whose = (caller: { actor: Actor; membership: Membership }): Whose => ({
    projectId: caller.membership.project.id,
    userId: caller.actor.user.id,
  });

  router.handle('jupyter.configuration', (call) => service.get(whose(call)));
  router.handle('jupyter.saveConfiguration', (call) => service.save(whose(call), call.body));
  router.handle('jupyter.resetConfiguration', (call) => service.reset(whose(call)));
  router.handle('configuration.defaults', ({ membership }) => service.defaults(membership.project.id));
  router.handle('configuration.saveDefaults', ({ membership, body }) =>
    service.saveDefaults(membership.project.id, body),
  );
  router.handle('configuration.place', ({ membership }) => service.place(membership.project.id));
  router.handle('configuration.check', ({ membership, query, body }) =>
    service.check(membership.project.id, body, query.for),
  );
}
