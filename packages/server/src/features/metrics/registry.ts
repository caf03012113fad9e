import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { EdgeReport } from '../../edge/protocol.ts';
import type { Clock } from '../../lib/clock.ts';
import type { States } from './store.ts';

/** An edge that has said nothing for so long is gone. */
const edgeSilentMs = 60_000;
/** Held replies and streams take as long as they take; what is quick shows in the first ones. */
const secondsBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60];

export type Metrics = ReturnType<typeof createMetrics>;

/** What Prometheus reads, in the text format of its version 0.0.4. The only file that knows its library. */
export function createMetrics(options: { clock: Clock; version: string; states: () => Promise<States> }) {
  const { clock, states } = options;
  const registry = new Registry();
  const registers = [registry];
  const edges = new Map<string, { report: EdgeReport; at: number }>();
  let standard = false;

  const requests = new Histogram({
    name: 'emberlab_http_request_duration_seconds',
    help: 'Requests that control has answered, by route; streams and held replies with all their time',
    labelNames: ['method', 'route', 'status'],
    buckets: secondsBuckets,
    registers,
  });
  new Gauge({ name: 'emberlab_info', help: 'Version of Emberlab', labelNames: ['version'], registers }).set(
    { version: options.version },
    1,
  );
  const running = new Gauge({
    name: 'emberlab_running',
    help: 'Jupyter servers, Spark sessions and batches that have not ended, by state',
    labelNames: ['kind', 'state'],
    registers,
  });
  const queue = new Gauge({ name: 'emberlab_server_queue', help: 'Jupyter servers that wait for a place', registers });
  const auditEvents = new Counter({
    name: 'emberlab_audit_events_total',
    help: 'Events told to the audit log',
    labelNames: ['outcome'],
    registers,
  });
  const edgeGauges = {
    connections: new Gauge({
      name: 'emberlab_edge_connections',
      help: 'Requests and WebSockets that are open to Jupyter servers and Spark UIs',
      labelNames: ['edge'],
      registers,
    }),
    busy: new Gauge({
      name: 'emberlab_edge_event_loop_utilization',
      help: 'Part of its time in which the edge computed, 0 to 1',
      labelNames: ['edge'],
      registers,
    }),
    memoryBytes: new Gauge({
      name: 'emberlab_edge_resident_memory_bytes',
      help: 'Memory of the edge',
      labelNames: ['edge'],
      registers,
    }),
  };
  const edgeRequests = new Gauge({
    name: 'emberlab_edge_requests_total',
    help: 'Requests that the edge has answered since it began, by kind of origin and class of status; 0xx were cut short',
    labelNames: ['edge', 'kind', 'status'],
    registers,
  });

  /** The edges that are not silent. */
  function heard(): EdgeReport[] {
    for (const [edge, { at }] of edges) if (clock.steady() - at > edgeSilentMs) edges.delete(edge);
    return [...edges.values()].map(({ report }) => report);
  }

  async function look(): Promise<void> {
    const now = await states();
    running.reset();
    for (const [kind, byState] of Object.entries(now)) {
      for (const [state, count] of byState) running.set({ kind, state }, count);
    }
    queue.set(now.servers.get('queued') ?? 0);
    for (const gauge of [...Object.values(edgeGauges), edgeRequests]) gauge.reset();
    for (const report of heard()) {
      const { edge } = report;
      for (const name of ['connections', 'busy', 'memoryBytes'] as const) edgeGauges[name].set({ edge }, report[name]);
      for (const [key, count] of Object.entries(report.requests)) {
        const [kind = '', status = ''] = key.split(' ');
        edgeRequests.set({ edge, kind, status }, count);
      }
    }
  }

  return {
    contentType: registry.contentType,
    heard,
    observeRequest(request: { method: string; route: string; status: number; seconds: number }): void {
      const { method, route, status, seconds } = request;
      requests.observe({ method, route, status: `${Math.floor(status / 100)}xx` }, seconds);
    },
    observeAudit: (outcome: string): void => auditEvents.inc({ outcome }),
    observeEdge: (report: EdgeReport): void => void edges.set(report.edge, { report, at: clock.steady() }),
    /** All of it as text. */
    async read(): Promise<string> {
      // Watching the event loop costs something, so it begins with the first who asks.
      if (!standard) collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 100 });
      standard = true;
      await look();
      return registry.metrics();
    },
  };
}
