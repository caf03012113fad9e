import type { OperationRecord } from './store.ts';

/** Says whose turn it is to be built. `atOnce`: how many builds there may be at a time. */
export function createTurns(atOnce: number) {
  /** which project had a turn last, by a count */
  const last = new Map<string, number>();
  let count = 0;
  const lastOf = ({ projectId }: OperationRecord): number => last.get(projectId) ?? 0;

  return {
    /**
     * Those whose turn it is, of the next of each project: what runs goes on, what needs no build is done at once, and of the rest those fill up whose
     * projects have waited longest. One with many changes does not keep others waiting until all are made.
     */
    of(heads: readonly OperationRecord[]): OperationRecord[] {
      const running = heads.filter(({ state }) => state === 'running');
      const queued = heads.filter(({ state }) => state === 'queued');
      const free = queued.filter((one) => !one.makesRevision || one.cancelWanted);
      const waiting = queued
        .filter((one) => one.makesRevision && !one.cancelWanted)
        .toSorted((a, b) => lastOf(a) - lastOf(b));
      const places = Math.max(0, atOnce - running.filter(({ makesRevision }) => makesRevision).length);
      return [...running, ...free, ...waiting.slice(0, places)];
    },
    /** Notes that an operation has its turn. */
    take(operation: OperationRecord): void {
      if (operation.makesRevision) last.set(operation.projectId, (count += 1));
    },
    forget: (projectId: string): void => void last.delete(projectId),
  };
}
