import type { Viewer } from '../../http/project-events.ts';
import { HttpError } from '../../http/errors.ts';
import type { ExecutionRecord, JobRecord } from './model.ts';

/** Whether a member may change and delete a job: its owner, as long as they may run things, and owners of the project. */
export const mayChange = (viewer: Viewer, job: Pick<JobRecord, 'owner'>): boolean =>
  viewer.role === 'owner' || (viewer.role === 'editor' && job.owner.id === viewer.userId);

/** Whether a member may stop and delete a run: who started it, the owner of its job, and owners of the project. */
export const mayStop = (viewer: Viewer, { user, jobOwnerId }: Pick<ExecutionRecord, 'user' | 'jobOwnerId'>): boolean =>
  viewer.role === 'owner' || (viewer.role === 'editor' && [user.id, jobOwnerId].includes(viewer.userId));

/**
 * Whether a member may read what may be a secret in the configuration of a run: those who may read it in the job. Whoever else has started the run has used it, and
 * reads no more of it than before.
 */
export const mayReadSecrets = (viewer: Viewer, { jobOwnerId }: Pick<ExecutionRecord, 'jobOwnerId'>): boolean =>
  viewer.role === 'owner' || (viewer.role === 'editor' && jobOwnerId === viewer.userId);

/** Throws `forbidden`, with who may. */
export function must(may: boolean, who: string): void {
  if (!may) throw new HttpError('forbidden', { message: `Only ${who} may do that.` });
}
