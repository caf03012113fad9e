import type { Kysely } from 'kysely';
import type { Database } from '../../db/schema.ts';
import type { Router } from '../../http/router.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import { registerAuditRoutes } from './routes.ts';
import { createAuditService } from './service.ts';
import { createAuditStore } from './store.ts';

/** Who did what, when, from where. It knows no other feature; everyone may tell it: `service.record`. */
export function createAudit(deps: { db: Kysely<Database>; clock: Clock; log: Log; keptMs: number | null }) {
  const service = createAuditService({ ...deps, store: createAuditStore(deps.db) });
  return { service, registerRoutes: (router: Router): void => registerAuditRoutes(router, service) };
}
export { createAuditStore } from './store.ts';
