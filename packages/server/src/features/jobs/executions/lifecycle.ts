import type { Clock } from '../../../lib/clock.ts';
import type { Log } from '../../../lib/log.ts';
import type { ExecutionRecord } from '../model.ts';
import type { Seen } from '../runners/runner.ts';
import type { Claim, ClaimPlace } from './places.ts';
import { lost, stopSentence } from './sentences.ts';
import type { ExecutionChange, ExecutionStore } from './store.ts';
import { isFinal, type ExecutionEvent, type ExecutionStopReason } from './state.ts';

export type ExecutionLifecycle = ReturnType<typeof createExecutionLifecycle>;

/** Every change of a run. The row is written before anybody is told. */
export function createExecutionLifecycle(parts: {
  store: ExecutionStore;
  claim: ClaimPlace;
  clock: Clock;
  log: Log;
  changed(run: ExecutionRecord): Promise<void>;
  /** there may be something to do for the worker */
  wake(): void;
}) {
  const { store, clock, log } = parts;

  const apply = async (
    id: number,
    event: ExecutionEvent,
    change: ExecutionChange = {},
  ): Promise<ExecutionRecord | null> => {
    const run = await store.apply(id, event, clock.now(), change);
    if (run === null) return null;
    await parts.changed(run);
    if (isFinal(run.state)) {
      log.info({ run: id, state: run.state, reason: run.reason }, 'a run ended');
      parts.wake();
    }
    return run;
  };

  const ended = (reason: string | null): ExecutionChange => ({ endedAt: clock.now(), reason });

  const failed = (id: number, reason: string) => apply(id, 'fail', ended(reason));

  return {
    apply,
    failed,

    /** Lets a run that is queued leave the queue, where there is a place for it. */
    async prepare(run: ExecutionRecord): Promise<Claim> {
      const claim = await parts.claim(run, clock.now());
      if ('run' in claim && claim.run !== null) await parts.changed(claim.run);
      return claim;
    },

    /** Lets it end. One that waits has ended then; another reason changes nothing. Answers it as it is now. */
    async stop(id: number, stopReason: ExecutionStopReason, stopNote?: string): Promise<ExecutionRecord | null> {
      for (;;) {
        const run = await store.find(id);
        if (run === null || isFinal(run.state) || run.state === 'stopping') return run;
        const wish = { ...run, stopReason, stopNote: stopNote ?? null };
        const stopped = await apply(id, 'stop', {
          stopReason,
          ...(stopNote === undefined ? {} : { stopNote }),
          ...(run.state === 'queued' ? ended(stopSentence(wish)) : {}),
        });
        if (stopped === null) continue;
        parts.wake();
        return stopped;
      }
    },

    /** Nothing of it runs any more. `note`: a sentence about something beside how it ended. */
    async over(
      run: ExecutionRecord,
      { how, problem, applicationId, uiKept = false }: Extract<Seen, { state: 'ended' }>,
      note: string | null = null,
    ): Promise<void> {
      const { id } = run;
      const over = (reason: string | null): ExecutionChange =>
        ended(reason === null || note === null ? (reason ?? note) : `${reason.replace(/[^.!?]$/, '$&.')} ${note}`);
      if (uiKept || (applicationId !== null && run.applicationId === null)) {
        await store.patch(id, { uiKept, ...(applicationId === null ? {} : { applicationId }) });
      }
      if (run.state === 'stopping') {
        await apply(id, run.stopReason === 'time' ? 'overrun' : 'end', over(stopSentence(run)));
      } else if (how === 'stopped') {
        // What runs it was ended in another way: for a member who has left, or by an administrator.
        const stopping = await apply(id, 'stop', { stopReason: 'asked' });
        if (stopping !== null) await apply(id, 'end', over(problem ?? stopSentence(stopping)));
      } else if (how === 'succeeded') {
        // One that was done before anybody looked has run all the same.
        if (run.state === 'starting') await apply(id, 'run');
        await apply(id, 'succeed', over(null));
      } else if (how === 'lost') await apply(id, 'lose', over(lost));
      else await apply(id, 'fail', over(problem ?? 'It failed. Please look at its log.'));
    },
  };
}
