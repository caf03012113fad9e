import type { ProjectBus } from '../../../http/project-events.ts';
import type { ExecutionRecord } from '../model.ts';
import type { RunnerOf } from '../runners/choose.ts';
import type { Announcer } from './announce.ts';
import type { ExecutionStore } from './store.ts';

export type ForgetRun = (run: ExecutionRecord) => Promise<void>;

/**
 * Removes a run that has ended, with its log and what was measured of it. Who is to hear of its end has heard of it then. The session of a notebook's run goes
 * with the other sessions that have ended. What the run has written into the project stays.
 */
export const createForget =
  (parts: {
    store: Pick<ExecutionStore, 'remove'>;
    announcer: Pick<Announcer, 'beforeRemoval'>;
    runnerOf: RunnerOf;
    bus: ProjectBus;
  }): ForgetRun =>
  async (run) => {
    await parts.announcer.beforeRemoval(run);
    await parts.runnerOf(run).forget(run);
    await parts.store.remove(run.id);
    const { id } = run;
    parts.bus.publish({ projectId: run.project.id, users: [], present: () => ({ type: 'execution-removed', id }) });
  };
