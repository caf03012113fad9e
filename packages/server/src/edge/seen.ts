import type { Clock } from '../lib/clock.ts';
import type { CallControl } from './control.ts';

export type Seen = { note(targetId: string): void; close(): void };

const everyMs = 4000;

/** Tells control which targets had traffic, all in one call every few seconds; what couldn't be told is told with the next. */
export function createSeen({ call, clock, signal }: { call: CallControl; clock: Clock; signal: AbortSignal }): Seen {
  let noted = new Set<string>();
  let cancel: (() => void) | null = null;
  const arm = () => {
    cancel ??= clock.after(everyMs, () => void tell());
  };
  const tell = async () => {
    const telling = noted;
    noted = new Set();
    const answer = await call('/seen', { targetIds: [...telling] }, { waitMs: 0, signal });
    cancel = null;
    if (answer === null) noted = noted.union(telling);
    if (noted.size > 0 && !signal.aborted) arm();
  };
  return {
    note(targetId) {
      noted.add(targetId);
      arm();
    },
    close: () => cancel?.(),
  };
}
