import { tailLines } from '../../lib/log-file.ts';
import type { ServerExit } from '../../spawners/spawner.ts';
import type { ServersDeps } from './deps.ts';
import { logTailLines, processEnded } from './problem.ts';
import { endSteps } from './state.ts';
import type { Problem, ServerRecord, ServerStore } from './store.ts';

/** Who has lost the right to a server has it no longer than 5 s more, whatever it does. */
const hurriedGraceMs = 2000;

/** How servers end: because that is wanted, because something went wrong, or by themselves. */
export function createServerEnds(
  deps: Pick<ServersDeps, 'clock' | 'log' | 'spawner' | 'stopSessionsOf' | 'targets' | 'tokens'> & {
    store: ServerStore;
    changed: (id: string) => Promise<void>;
    /** how a process ended that we started ourselves; null: nobody knows */
    exitOf: (id: string) => Promise<ServerExit | null>;
    /** it has ended: nothing more is to be known of it */
    forget: (id: string) => void;
  },
) {
  const { store, clock, spawner, targets, changed, exitOf, forget } = deps;
  const logTail = (id: string) => tailLines(spawner.log(id), logTailLines).catch(() => []);

  /** Takes everything of a server away but its log. Safe to repeat from the beginning. */
  async function takeDown(record: ServerRecord): Promise<void> {
    await targets.remove(record.id);
    const why = record.stopNote ?? undefined;
    // At the same time: either may take its while, and people wait for both.
    const ended = await Promise.allSettled([
      spawner.stop(record.id, record.process, record.stopReason === 'member' ? hurriedGraceMs : undefined),
      deps.stopSessionsOf(record.id, why),
    ]);
    for (const one of ended) if (one.status === 'rejected') throw one.reason;
    // A kernel may have begun one with its last breath.
    await deps.stopSessionsOf(record.id, why);
    await deps.tokens.revokeForServer(record.id);
    await spawner
      .boundLog(record.id)
      .catch((error: unknown) =>
        deps.log.error({ err: error, server: record.id }, 'a log could not be kept within bounds'),
      );
    await spawner.clean(record.id);
  }

  /** Ends one that is to end. */
  async function end(record: ServerRecord): Promise<void> {
    await takeDown(record);
    const now = clock.now();
    await store.apply(record.id, 'end', { endedAt: now, steps: endSteps(record.steps, now) });
    forget(record.id);
    await changed(record.id);
  }

  /** Ends one of which nothing can come. */
  async function fail(id: string, problem: Problem): Promise<void> {
    const record = await store.find(id);
    if (record === null) return;
    deps.log.warn({ server: id, problem: problem.message }, 'a server failed');
    await takeDown(record);
    const now = clock.now();
    const patch = { problem, endedAt: now, steps: endSteps(record.steps, now) };
    // Asked to stop meanwhile: then that is what happened, and the loop finishes it.
    if (!(await store.apply(id, 'fail', patch))) return;
    forget(id);
    await changed(id);
  }

  /** The same for one whose process has ended by itself, with the reason as far as that can be told. */
  async function failEnded(record: ServerRecord): Promise<void> {
    const exit = await exitOf(record.id);
    const kills = (await spawner.use([record.id])).get(record.id)?.memoryKills ?? 0;
    // As they are now: the task may have begun before they were set.
    const { limits, memoryEnd } = (await store.find(record.id)) ?? record;
    const tookTooMuch = kills > (memoryEnd?.times ?? 0);
    const log = await logTail(record.id);
    const told = (await spawner.whyEnded?.(record.id)) ?? null;
    await fail(record.id, processEnded({ exit, answered: record.readyAt !== null, log, limits, tookTooMuch, told }));
  }

  return { end, fail, failEnded, logTail };
}
