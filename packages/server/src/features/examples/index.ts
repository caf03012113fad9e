import type { Router } from '../../http/router.ts';
import type { Gifts } from '../files/index.ts';
import { openGallery } from './gallery.ts';
import { registerExampleRoutes } from './routes.ts';
import { createExampleService } from './service.ts';

/** The example notebooks that come with the platform. */
export function createExamples(deps: {
  /** the folder of the repository that has them */
  folder: string;
  /** the folder with the data sets that they read, a folder each */
  data: string;
  gifts: Gifts;
}) {
  const service = createExampleService({ ...deps, gallery: openGallery(deps.folder) });
  return { registerRoutes: (router: Router): void => registerExampleRoutes(router, service) };
}
