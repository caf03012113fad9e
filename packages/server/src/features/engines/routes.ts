import type { Router } from '../../http/router.ts';
import type { EngineService } from './service.ts';

/** Engines: what their clusters have for members, who may use them for administrators. */
export function registerEngineRoutes(router: Router, service: EngineService): void {
  router.handle('engines.capacity', ({ membership, params }) => service.capacity(membership.project.id, params.engine));
  router.handle('engines.list', () => service.list());
  router.handle('engines.setProjects', ({ params, body }) => service.setProjects(params.engine, body.projects));
}
