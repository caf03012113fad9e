import { HttpError } from '../../../../http/errors.ts';
import type { ScheduleDeps } from '../deps.ts';
import { decide } from '../overlap.ts';
import { overlapped } from '../sentences.ts';
import type { Turn, TurnStore } from './store.ts';

/** Whether what was refused would be refused again: what has to do with the moment is tried again. */
const isForGood = (error: unknown): error is HttpError =>
  error instanceof HttpError && error.status < 500 && error.status !== 429;

/**
 * Does what can be done about a turn. What is decided stands in its row before it is done, and its run has a key of its own: whoever comes after us, or works beside us,
 * does the same and nothing more.
 */
export function createTaker(parts: {
  turns: TurnStore;
  start: ScheduleDeps['start'];
  replace: ScheduleDeps['replace'];
  clock: ScheduleDeps['clock'];
  failed(turn: Turn, problem: string): Promise<void>;
}) {
  const { turns, clock } = parts;

  /** Answers whether it is to be started now. */
  async function itsTurn(turn: Turn, running: readonly Turn[]): Promise<boolean> {
    const decision = decide(turn.manner, running.length);
    if (decision === 'start') return turns.decide(turn.id, 'starting', clock.now());
    if (decision === 'skip') await turns.decide(turn.id, 'skipped', clock.now(), overlapped);
    if (decision === 'stop-old') {
      for (const { executionId } of running) if (executionId !== null) await parts.replace(executionId);
    }
    return false;
  }

  async function take(turn: Turn, running: readonly Turn[]): Promise<void> {
    if (turn.state === 'waiting' && !(await itsTurn(turn, running))) return;
    const { jobId, trigger, key, logicalAt, window } = turn;
    try {
      const run = await parts.start({ jobId, trigger, key, logicalAt, window });
      await turns.started(turn.id, run.id);
    } catch (error) {
      if (!isForGood(error)) throw error;
      await parts.failed(turn, error.message);
    }
    await turns.forget(jobId);
  }

  return {
    /** All about which something can be done, and how. */
    async open(): Promise<(readonly [turn: Turn, act: () => Promise<void>])[]> {
      const open = await turns.open();
      const waiting = open.filter(({ state }) => state === 'waiting').map(({ jobId }) => jobId);
      // Read after the turns: had one been decided since, deciding again would come to nothing.
      const running = Map.groupBy(await turns.running(waiting), ({ jobId }) => jobId);
      return open.map((turn) => [turn, () => take(turn, running.get(turn.jobId) ?? [])]);
    },
  };
}
