import type { Actor, Membership, Router } from '../../../http/router.ts';
import type { LivySettingsService } from './settings.ts';

/** The API's routes for a project's Livy. */
export function registerLivySettingsRoutes(router: Router, settings: LivySettingsService): void {
  const read = ({ membership, actor }: { membership: Membership; actor: Actor }) =>
    settings.get(membership.project.id, actor.user.admin);

  router.handle('livy.get', read);

  router.handle('livy.set', async (call) => {
    await settings.set(call.membership.project.id, call.body, call.actor.user.admin);
    return read(call);
  });

  router.handle('livy.remove', async (call) => {
    await settings.remove(call.membership.project.id);
    return read(call);
  });

  router.handle('livy.test', ({ membership, actor, body }) =>
    settings.test(membership.project.id, body, actor.user.admin),
  );
}
