import type { Clock } from '../../lib/clock.ts';
import { createLoop } from '../../lib/lifecycle.ts';
import type { Log } from '../../lib/log.ts';
import { leaseMs } from './attempt.ts';
import type { DeliveryStore } from './delivery-store.ts';
import type { Delivery } from './model.ts';

/** How many are sent at a time, over all and of one project; of one receiver it is one after the other. */
const mostAtOnce = 16;
const mostOfProject = 4;
/** How often is looked for what is due without a reason, ms. */
const lookEveryMs = 2000;
/** Deliveries that ended so long ago are forgotten. */
const keptMs = 30 * 24 * 3_600_000;
const forgetEveryMs = 3_600_000;

export type AlertWorker = ReturnType<typeof createAlertWorker>;

/**
 * Sends what is due, many at a time; a receiver that doesn't answer keeps nobody else waiting. Several control planes may do so: each takes what no other
 * has.
 */
export function createAlertWorker(deps: {
  store: Pick<DeliveryStore, 'take' | 'forget'>;
  attempt: (delivery: Delivery, signal: AbortSignal) => Promise<void>;
  /** looks for runs that have become slow */
  findSlow: () => Promise<void>;
  clock: Clock;
  log: Log;
}) {
  const { store, clock } = deps;
  const stop = new AbortController();
  const sending = new Map<Delivery, Promise<void>>();
  /** how many attempts have ended */
  let ended = 0;
  let loops: ReturnType<typeof createLoop>[] = [];
  const wake = (): void => loops[0]?.wake();

  const busy = () => {
    const all = [...sending.keys()];
    const perProject = Map.groupBy(all, ({ projectId }) => projectId);
    return {
      receivers: [...new Set(all.flatMap(({ receiver }) => receiver.id ?? []))],
      projects: [...perProject].filter(([, its]) => its.length >= mostOfProject).map(([id]) => id),
    };
  };

  function begin(delivery: Delivery): void {
    const attempt = deps
      .attempt(delivery, stop.signal)
      // What could not be written down is taken again after its lease.
      .catch((error: unknown) => deps.log.error({ err: error, id: delivery.id }, 'an attempt at an alert failed'))
      .finally(() => {
        sending.delete(delivery);
        ended += 1;
        wake();
      });
    sending.set(delivery, attempt);
  }

  /** Begins with all that is due and has room. */
  async function step(): Promise<void> {
    while (sending.size < mostAtOnce && !stop.signal.aborted) {
      const now = clock.now();
      const delivery = await store.take(now, now + leaseMs, busy());
      if (delivery === null) return;
      begin(delivery);
    }
  }

  return {
    wake,
    step,

    /** Resolves when nothing is being sent, and nothing more is due. */
    async settled(): Promise<void> {
      for (;;) {
        const before = ended;
        await step();
        // One that ended during the last look had kept its receiver's next one from being taken.
        if (ended !== before) continue;
        if (sending.size === 0) return;
        await Promise.race(sending.values());
      }
    },

    start(): void {
      const loop = (run: () => Promise<void>, intervalMs: number) =>
        createLoop({
          step: run,
          intervalMs,
          onError: (error) => deps.log.error({ err: error }, 'alerts could not be looked at; it will be tried again'),
        });
      loops = [
        loop(step, lookEveryMs),
        loop(deps.findSlow, 15_000),
        loop(() => store.forget(clock.now() - keptMs), forgetEveryMs),
      ];
    },

    /** Begins with nothing more; what is being sent is broken off and given back. */
    async close(): Promise<void> {
      stop.abort(new Error('closed'));
      await Promise.all(loops.map((loop) => loop.close()));
      await Promise.all(sending.values());
    },
  };
}
