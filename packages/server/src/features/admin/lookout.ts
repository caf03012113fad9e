import type { AdminEvent } from '@emberlab/contract';
import type { Clock } from '../../lib/clock.ts';

/** How often is looked while somebody wants to know, ms. */
const everyMs = 3000;
/** After a change many more may follow. */
const soonMs = 250;

export type Lookout = ReturnType<typeof createLookout>;

/** Looks again and again, but only while somebody listens: every few seconds, and soon after a change. Tells the lists that differ from the last. */
export function createLookout(deps: {
  clock: Clock;
  /** Calls back on each change of something. */
  subscribe(changed: () => void): () => void;
  look(): Promise<readonly AdminEvent[]>;
  onError(error: unknown): void;
}) {
  const { clock } = deps;
  const listeners = new Set<(event: AdminEvent) => void>();
  const told = new Map<AdminEvent['type'], string>();
  let unsubscribe: (() => void) | null = null;
  let timer: { due: number; cancel: () => void } | null = null;
  let looking = false;

  function plan(ms: number): void {
    const due = clock.steady() + ms;
    if (unsubscribe === null || (timer !== null && timer.due <= due)) return;
    timer?.cancel();
    timer = { due, cancel: clock.after(ms, () => void look()) };
  }

  async function look(): Promise<void> {
    timer = null;
    // Whoever came meanwhile is served by the next look.
    if (looking) return plan(soonMs);
    looking = true;
    try {
      for (const event of await deps.look()) {
        const text = JSON.stringify(event);
        if (told.get(event.type) === text) continue;
        told.set(event.type, text);
        for (const listener of listeners) listener(event);
      }
    } catch (error) {
      deps.onError(error);
    }
    looking = false;
    plan(everyMs);
  }

  return {
    /** Calls `listener` with each list that is new, until the function that this answers is called. */
    listen(listener: (event: AdminEvent) => void): () => void {
      listeners.add(listener);
      unsubscribe ??= deps.subscribe(() => plan(soonMs));
      plan(everyMs);
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        unsubscribe?.();
        unsubscribe = null;
        timer?.cancel();
        timer = null;
        told.clear();
      };
    },
  };
}
