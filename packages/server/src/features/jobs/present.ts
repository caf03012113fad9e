import type { Job, LastRun } from '@emberlab/contract';
import type { Viewer } from '../../http/project-events.ts';
import { toInstant, toInstantOrNull } from '../../lib/clock.ts';
import { withoutSecrets } from '../notebooks/index.ts';
import type { JobRecord } from './model.ts';
import { mayChange } from './policy.ts';

/** What is told of a job beside its row. */
export type AboutJob = { readonly lastRuns: readonly LastRun[]; readonly nextRunAt: number | null };

/** A job as the API answers it. */
export function presentJob(job: JobRecord, about: AboutJob, viewer: Viewer): Job {
  const may = mayChange(viewer, job);
  return {
    id: job.id,
    name: job.name,
    type: job.type,
    program: job.program,
    mainClass: job.mainClass,
    arguments: [...job.arguments],
    parameters: job.parameters,
    configuration: may ? job.configuration : withoutSecrets(job.configuration),
    policy: job.policy,
    owner: { email: job.owner.email, name: job.owner.name },
    mine: job.owner.id === viewer.userId,
    mayChange: may,
    createdAt: toInstant(job.createdAt),
    updatedAt: toInstant(job.updatedAt),
    lastRuns: [...about.lastRuns],
    nextRunAt: toInstantOrNull(about.nextRunAt),
  };
}
