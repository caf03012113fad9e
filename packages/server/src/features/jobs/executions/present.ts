import type { Execution } from '@emberlab/contract';
import type { Viewer } from '../../../http/project-events.ts';
import { toInstant, toInstantOrNull } from '../../../lib/clock.ts';
import { withoutSecrets } from '../../notebooks/index.ts';
import type { RunSession } from '../../sessions/index.ts';
import type { ExecutionRecord } from '../model.ts';
import { mayReadSecrets, mayStop } from '../policy.ts';
import { runFolder } from './run-folder.ts';
import type { Sight } from './watch.ts';

/** What is told of a run beside its row. */
export type AboutRun = {
  readonly sight: Sight | null;
  /** of one that is queued: 1 is the next */
  readonly position: number | null;
  readonly waitsFor: string | null;
  /** of a notebook: the session of its kernel */
  readonly session: RunSession | null;
  readonly now: number;
};

/** A run as the API answers it. */
export function presentExecution(run: ExecutionRecord, about: AboutRun, viewer: Viewer): Execution {
  const { frozen, startedAt, endedAt } = run;
  const may = mayStop(viewer, run);
  return {
    id: run.id,
    jobId: run.jobId,
    jobName: frozen.name,
    type: frozen.type,
    program: frozen.program,
    state: run.state,
    trigger: run.trigger,
    arguments: frozen.arguments,
    parameters: frozen.parameters,
    logicalTime: toInstantOrNull(run.logicalAt),
    windowStart: toInstantOrNull(run.windowStart),
    windowEnd: toInstantOrNull(run.windowEnd),
    attempt: run.attempt,
    revision: run.revision,
    configuration: mayReadSecrets(viewer, run) ? frozen.configuration : withoutSecrets(frozen.configuration),
    timeline: run.timeline.map(({ state, at }) => ({ state, at: toInstant(at) })),
    queuePosition: about.position,
    waitsFor: run.state === 'queued' ? about.waitsFor : null,
    progress: run.state === 'succeeded' ? 1 : (about.sight?.progress ?? null),
    application: applicationOf(run, about),
    folder: runFolder(run),
    notebook: run.notebook,
    reason: run.reason,
    startedBy: { email: run.user.email, name: run.user.name },
    mine: run.user.id === viewer.userId,
    mayStop: may,
    createdAt: toInstant(run.createdAt),
    startedAt: toInstantOrNull(startedAt),
    endedAt: toInstantOrNull(endedAt),
    durationSeconds: startedAt === null ? null : Math.max(0, (endedAt ?? about.now) - startedAt) / 1000,
  };
}

function applicationOf(run: ExecutionRecord, { sight, session }: AboutRun): Execution['application'] {
  if (run.applicationId === null && session === null) return null;
  return {
    applicationId: run.applicationId ?? session?.applicationId ?? null,
    session: session?.id ?? null,
    uiAvailable: session?.uiAvailable ?? sight?.uiAvailable ?? run.uiKept,
    metrics: sight?.metrics ?? null,
  };
}
