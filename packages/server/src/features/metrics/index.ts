import type { FastifyInstance } from 'fastify';
import type { Kysely } from 'kysely';
import type { EdgeReport } from '../../edge/protocol.ts';
import type { Database } from '../../db/schema.ts';
import type { Clock } from '../../lib/clock.ts';
import { createMetrics } from './registry.ts';
import { registerMetrics, type MetricsAccess } from './routes.ts';
import { createMetricsStore } from './store.ts';

/** What an edge has said of itself. */
export type EdgeState = Pick<EdgeReport, 'edge' | 'connections' | 'busy' | 'memoryBytes'>;

/** How the platform does, for Prometheus. */
export function createPlatformMetrics(deps: { db: Kysely<Database>; clock: Clock; version: string } & MetricsAccess) {
  const metrics = createMetrics({ ...deps, states: createMetricsStore(deps.db).states });
  return {
    observeEdge: metrics.observeEdge,
    /** The edges that have reported lately, as they were then. */
    edges: (): EdgeState[] => metrics.heard(),
    observeAudit: metrics.observeAudit,
    registerRoutes: (app: FastifyInstance): void => registerMetrics(app, metrics, deps),
  };
}
