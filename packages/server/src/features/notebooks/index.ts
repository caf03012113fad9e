import type { Kysely } from 'kysely';
import type { Database } from '../../db/schema.ts';
import type { Router } from '../../http/router.ts';
import { registerNotebookRoutes } from './routes.ts';
import { createNotebookService, type NotebooksDeps } from './service.ts';
import { createNotebookStore } from './store.ts';

export { withoutSecrets } from './secrets.ts';

/** Notebooks that have run, each run with its configuration. Servers tell of them: `service.note`. */
export function createNotebooks(deps: NotebooksDeps & { readonly db: Kysely<Database> }) {
  const service = createNotebookService({ ...deps, store: createNotebookStore(deps.db) });
  return {
    service,
    snapshot: service.snapshot,
    registerRoutes: (router: Router): void => registerNotebookRoutes(router, service),
  };
}
