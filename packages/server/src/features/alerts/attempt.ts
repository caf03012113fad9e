import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { DeliveryStore, Note } from './delivery-store.ts';
import type { Delivery, Outcome, Send, Target } from './model.ts';
import { waitAfter } from './policy.ts';

/** Whoever takes a delivery has it for so long; an attempt ends well before that, ms. */
export const leaseMs = 120_000;

const lost: Outcome = {
  ok: false,
  again: false,
  code: null,
  answer: null,
  problem: 'Its receiver is gone.',
};

/**
 * Makes one attempt at a delivery that was taken, and writes down what came of it. When the platform dies between the two, it is sent again after the lease:
 * it gets there at least once, and each time under the same id.
 */
export function createAttempt(deps: {
  store: Pick<DeliveryStore, 'note' | 'giveBack'>;
  targetOf: (receiverId: string) => Promise<Target | null>;
  send: Send;
  clock: Clock;
  random: () => number;
  log: Log;
  changed: (projectId: string) => void;
}): (delivery: Delivery, signal: AbortSignal) => Promise<void> {
  const { store, clock } = deps;

  function noteOf(delivery: Delivery, outcome: Outcome): Note {
    const { code, answer, problem } = outcome;
    const seen = { code, answer, problem, dueAt: null, left: delivery.left };
    if (outcome.ok) return { ...seen, change: 'succeed', left: null };
    if (!outcome.again) return { ...seen, change: 'giveUp' };
    const wait = waitAfter(delivery, outcome.wantsMs ?? null, deps.random());
    const left = outcome.left ?? delivery.left;
    if (wait === null) return { ...seen, change: 'giveUp', left };
    return { ...seen, change: 'retry', dueAt: clock.now() + Math.round(wait), left };
  }

  return async (delivery, signal) => {
    const { id: receiverId } = delivery.receiver;
    try {
      const target = receiverId === null ? null : await deps.targetOf(receiverId);
      const outcome = target === null ? lost : await deps.send(delivery, target, signal);
      const note = noteOf(delivery, outcome);
      await store.note(delivery, note, clock.now());
      if (note.change !== 'succeed') {
        const { id, projectId: project, attempts } = delivery;
        deps.log.warn(
          { id, project, attempts, problem: note.problem, change: note.change },
          'an alert was not delivered',
        );
      }
    } catch (error) {
      if (!signal.aborted) throw error;
      await store.giveBack(delivery, clock.now());
    }
    deps.changed(delivery.projectId);
  };
}
