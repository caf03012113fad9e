import type { Clock } from '../lib/clock.ts';
import type { CallControl } from './control.ts';
import type { Refusal } from './protocol.ts';

const everyMs = 4000;
/** Different ones that are kept until they are told; more are as many as anybody reads. */
const maxKinds = 100;

export type Refusals = { note(refusal: Omit<Refusal, 'count'>): void; close(): void };

/** Tells control who was refused here, all in one call every few seconds. What comes again meanwhile is counted. */
export function createRefusals({
  call,
  clock,
  signal,
}: {
  call: CallControl;
  clock: Clock;
  signal: AbortSignal;
}): Refusals {
  let noted = new Map<string, Refusal>();
  let cancel: (() => void) | null = null;
  const tell = async () => {
    cancel = null;
    const refusals = [...noted.values()];
    noted = new Map();
    await call('/refused', { refusals }, { waitMs: 0, signal });
  };
  return {
    note(refusal) {
      const key = `${refusal.targetId} ${refusal.address}`;
      const known = noted.get(key);
      if (known !== undefined) noted.set(key, { ...known, count: known.count + 1 });
      else if (noted.size < maxKinds) noted.set(key, { ...refusal, count: 1 });
      cancel ??= clock.after(everyMs, () => void tell());
    },
    close: () => cancel?.(),
  };
}
