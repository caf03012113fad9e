import type { Router } from '../../http/router.ts';
import type { EnvironmentService } from './service.ts';

/** The Python environment of a project. */
export function registerEnvironmentRoutes(router: Router, service: EnvironmentService): void {
  router.handle('environment.get', ({ membership }) => service.get(membership.project.id));
  router.handle('environment.log', ({ membership }) => service.log(membership.project.id));
  router.handle('environment.rebuild', ({ membership }) => service.rebuild(membership.project.id));
}
