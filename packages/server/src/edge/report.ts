import type { ServerResponse } from 'node:http';
import { performance } from 'node:perf_hooks';
import type { Clock } from '../lib/clock.ts';
import type { CallControl } from './control.ts';
import type { EdgeReport } from './protocol.ts';

const everyMs = 10_000;

export type Report = {
  /** Counts a request with what becomes of it. */
  count(response: ServerResponse, kind: 'public' | 'app' | 'other'): void;
  close(): void;
};

/** Tells control every few seconds how this edge does; control hands that to whoever reads its metrics. */
export function createReport(options: {
  call: CallControl;
  clock: Clock;
  signal: AbortSignal;
  connections: () => number;
}): Report {
  const { call, clock, signal, connections } = options;
  const requests: Record<string, number> = {};
  let before = performance.eventLoopUtilization();
  let cancel: () => void;

  const tell = async () => {
    const now = performance.eventLoopUtilization();
    const report: EdgeReport = {
      edge: String(process.pid),
      connections: connections(),
      requests,
      busy: performance.eventLoopUtilization(now, before).utilization,
      memoryBytes: process.memoryUsage.rss(),
    };
    before = now;
    await call('/report', report, { waitMs: 0, signal });
  };
  const again = () => {
    cancel = clock.after(everyMs, again);
    void tell();
  };
  cancel = clock.after(0, again);

  return {
    count(response, kind) {
      response.once('close', () => {
        const key = `${kind} ${response.writableFinished ? Math.floor(response.statusCode / 100) : 0}xx`;
        requests[key] = (requests[key] ?? 0) + 1;
      });
    },
    close: () => cancel(),
  };
}
