import type { DriverHandle } from '../../engines/engine.ts';

/** What names a driver, in the columns of its row. */
export const columnsOf = (handle: DriverHandle) =>
  'clusterId' in handle ? { cluster_id: handle.clusterId } : { pid: handle.pid, start_ticks: handle.startTicks };

/** null: it has none (yet). */
export function handleIn({
  pid,
  start_ticks: startTicks,
  cluster_id: clusterId,
}: {
  pid: number | null;
  start_ticks: string | null;
  cluster_id: string | null;
}): DriverHandle | null {
  if (clusterId !== null) return { clusterId };
  return pid === null || startTicks === null ? null : { pid, startTicks };
}
