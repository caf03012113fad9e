import type { Router } from '../../http/router.ts';
import type { ExampleService } from './service.ts';

export function registerExampleRoutes(router: Router, service: ExampleService): void {
  router.handle('examples.list', () => service.list());
  router.handle('examples.get', ({ params }) => service.get(params.example));
  router.handle('examples.copy', ({ params, membership, actor }) =>
    service.copy({ membership, actor }, params.example),
  );
}
