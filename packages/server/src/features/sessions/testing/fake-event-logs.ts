import type { EventLogs } from '../../../engines/engine.ts';

/** Event logs that are entries in a table: tests say which applications have one, and which grew too large. */
export function fakeEventLogs() {
  const logs = new Map<number, readonly string[]>();
  const tooLarge = new Set<number>();
  const engine: EventLogs = {
    applications: async (id) => (tooLarge.has(id) ? [] : (logs.get(id) ?? [])),
    async limit(id) {
      if (tooLarge.has(id)) return 'too_large';
      return logs.has(id) ? 'kept' : 'none';
    },
    async remove(id) {
      logs.delete(id);
    },
  };
  return { engine, logs, tooLarge };
}
