import type { Kysely } from 'kysely';
import type { Database } from '../../db/schema.ts';
import type { NamedEngine } from '../../engines/engine.ts';
import type { Router } from '../../http/router.ts';
import type { Clock } from '../../lib/clock.ts';
import { registerEngineRoutes } from './routes.ts';
import { createEngineService } from './service.ts';
import { createEngineStore } from './store.ts';

/** What Spark applications run on, and which projects may use which. `engines`: as for the service. */
export function createEngines(deps: {
  readonly db: Kysely<Database>;
  readonly clock: Clock;
  readonly engines: readonly NamedEngine[];
}) {
  const service = createEngineService({ ...deps, store: createEngineStore(deps.db) });
  return { service, registerRoutes: (router: Router): void => registerEngineRoutes(router, service) };
}
