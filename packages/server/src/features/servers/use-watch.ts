import type { ServerUse as ShownUse } from '@emberlab/contract';
import { createLoop } from '../../lib/lifecycle.ts';
import { coresBetween } from '../../lib/process-use.ts';
import { createRounds } from '../../lib/turns.ts';
import type { ServerUse } from '../../spawners/spawner.ts';
import type { ServersDeps } from './deps.ts';
import { endedNotebooks } from './limits.ts';
import type { ServerRecord, ServerStore } from './store.ts';

/** How often servers, or the next of very many, are looked at, ms. A log can grow for so long before it is cut. */
const lookEveryMs = 1000;
/** A smaller change of memory is not told, MB. */
const stepMb = 16;

export type UseWatch = ReturnType<typeof createUseWatch>;

/** Knows what the servers that run take, tells which of their processes were ended for memory, and keeps their logs from filling the disk. */
export function createUseWatch(
  deps: Pick<ServersDeps, 'spawner' | 'clock' | 'log'> & {
    store: ServerStore;
    changed: (id: string) => Promise<void>;
    /** what is shown, by the ids of servers */
    uses: Map<string, ShownUse>;
  },
) {
  const { spawner, clock, store, changed, uses } = deps;
  const seen = new Map<string, { use: ServerUse; cpuMs: number; at: number }>();
  const rounds = createRounds((after: string | null, most) => store.liveAfter(after, most));
  /** those that were found in this round */
  let round = new Set<string>();
  let loop: ReturnType<typeof createLoop> | null = null;

  /** Notes that processes of a server were ended for memory since it was looked at last. Answers whether that is so. */
  async function noteMemoryEnd(record: ServerRecord, use: ServerUse): Promise<boolean> {
    const times = use.memoryKills ?? 0;
    if (times <= (record.memoryEnd?.times ?? 0)) return false;
    const [notebook, ...others] = endedNotebooks(seen.get(record.id)?.use.processes ?? [], use.processes);
    const named = notebook !== undefined && others.length === 0 ? (notebook.split('/').at(-1) ?? null) : null;
    deps.log.warn({ server: record.id, times }, 'a process of a server was ended for memory');
    await store.patch(record.id, { memoryEnd: { at: clock.now(), notebook: named, times } });
    return true;
  }

  async function lookAt(record: ServerRecord, use: ServerUse): Promise<void> {
    const isNews = await noteMemoryEnd(record, use);
    const now = clock.steady();
    const before = seen.get(record.id);
    seen.set(record.id, { use, cpuMs: use.cpuMs, at: now });
    const shown = {
      memoryMb: Math.round(use.memoryBytes / 1024 ** 2 / stepMb) * stepMb,
      cores: before === undefined ? 0 : coresBetween(before, { cpuMs: use.cpuMs, at: now }),
    };
    const old = uses.get(record.id);
    uses.set(record.id, shown);
    if (isNews || old?.memoryMb !== shown.memoryMb || old.cores !== shown.cores) await changed(record.id);
  }

  /** Looks at the next servers. */
  async function look(): Promise<void> {
    const { some: live, ends } = await rounds.next();
    // What members make of one log keeps no other from being looked after.
    const bounded = await Promise.allSettled(live.map(({ id }) => spawner.boundLog(id)));
    for (const [index, one] of bounded.entries()) {
      if (one.status === 'rejected')
        deps.log.error({ err: one.reason, server: live[index]?.id }, 'a log could not be kept within bounds');
    }
    const running = live.filter((record) => record.state === 'running');
    const found = await spawner.use(running.map(({ id }) => id));
    for (const id of found.keys()) round.add(id);
    if (ends) {
      for (const id of seen.keys()) {
        if (round.has(id)) continue;
        seen.delete(id);
        uses.delete(id);
      }
      round = new Set();
    }
    for (const record of running) {
      const use = found.get(record.id);
      if (use !== undefined) await lookAt(record, use);
    }
  }

  return {
    look,
    start(): void {
      const onError = (error: unknown) => deps.log.error({ err: error }, 'what servers take is not known');
      loop = createLoop({ step: look, intervalMs: lookEveryMs, onError });
    },
    close: async (): Promise<void> => loop?.close(),
  };
}
