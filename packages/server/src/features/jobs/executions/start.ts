import type { ExecutionTrigger, JobParameters } from '@emberlab/contract';
import { HttpError } from '../../../http/errors.ts';
import type { Clock } from '../../../lib/clock.ts';
import type { ExecutionRecord, Frozen } from '../model.ts';
import type { JobStore } from '../store.ts';
import type { ExecutionStore } from './store.ts';

export type StartRequest = {
  readonly jobId: number;
  readonly trigger: ExecutionTrigger;
  /** unique for the job: asked twice with one key, it runs once */
  readonly key: string;
  /** as whom it runs; default: the job's owner */
  readonly userId?: string;
  /** instead of the job's */
  readonly arguments?: readonly string[] | undefined;
  /** on top of the job's */
  readonly parameters?: JobParameters | undefined;
  readonly logicalAt?: number | null;
  readonly window?: { readonly start: number; readonly end: number } | null;
  readonly attempt?: number;
  readonly notBefore?: number;
  /** instead of what the job says now */
  readonly frozen?: Frozen;
};
export type StartExecution = (request: StartRequest) => Promise<ExecutionRecord>;

/** Has a job run: makes the row of a run in the queue, unless there is one with the key; answers that. Throws `not_found` for a job that is gone. */
export function createStart(parts: {
  jobs: Pick<JobStore, 'find'>;
  store: ExecutionStore;
  clock: Clock;
  changed(run: ExecutionRecord): Promise<void>;
  wake(): void;
}): StartExecution {
  return async (request) => {
    const job = await parts.jobs.find(request.jobId);
    if (job === null) throw new HttpError('not_found', { message: 'There is no such job any more.' });
    const { name, type, program, mainClass, configuration, policy } = job;
    const now = parts.clock.now();
    const { id, made } = await parts.store.insert({
      projectId: job.projectId,
      jobId: job.id,
      userId: request.userId ?? job.owner.id,
      key: request.key,
      frozen: request.frozen ?? {
        name,
        type,
        program,
        mainClass,
        configuration,
        policy,
        arguments: [...(request.arguments ?? job.arguments)],
        parameters: { ...job.parameters, ...request.parameters },
      },
      trigger: request.trigger,
      attempt: request.attempt ?? 1,
      logicalAt: request.logicalAt ?? null,
      windowStart: request.window?.start ?? null,
      windowEnd: request.window?.end ?? null,
      notBefore: request.notBefore ?? now,
      now,
    });
    const run = await parts.store.find(id);
    if (run === null) throw new HttpError('not_found');
    if (made) {
      await parts.changed(run);
      parts.wake();
    }
    return run;
  };
}
