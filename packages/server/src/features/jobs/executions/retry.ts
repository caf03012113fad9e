import type { ExecutionRecord } from '../model.ts';
import type { EndListener } from './announce.ts';
import type { StartExecution } from './start.ts';

/** When a run is to be tried again, ms since the epoch; null: it is not. What somebody has stopped stays so. */
export function retryAt({ state, attempt, endedAt, frozen: { policy } }: ExecutionRecord): number | null {
  if (state !== 'failed' && state !== 'lost') return null;
  if (attempt > policy.retries || endedAt === null) return null;
  return endedAt + policy.retryDelaySeconds * 1000;
}

/** Has failed runs tried again, each once, with what they were begun with. */
export const retries =
  (start: StartExecution): EndListener =>
  async (run) => {
    const notBefore = retryAt(run);
    if (notBefore === null || run.jobId === null) return;
    await start({
      jobId: run.jobId,
      userId: run.user.id,
      key: `retry:${run.id}`,
      trigger: { kind: 'retry', of: run.id },
      attempt: run.attempt + 1,
      notBefore,
      frozen: run.frozen,
      logicalAt: run.logicalAt,
      window:
        run.windowStart === null || run.windowEnd === null ? null : { start: run.windowStart, end: run.windowEnd },
    });
  };
