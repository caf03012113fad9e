import type { RunningPhase } from '@emberlab/contract';
import type { RunningPart } from '../projects/index.ts';
import type { ExecutionLifecycle } from './executions/lifecycle.ts';
import type { ExecutionStore } from './executions/store.ts';
import type { ExecutionRecord } from './model.ts';
import type { RunnerOf } from './runners/choose.ts';

const phases: Readonly<Partial<Record<ExecutionRecord['state'], RunningPhase>>> = {
  queued: 'waiting',
  preparing: 'starting',
  starting: 'starting',
  stopping: 'stopping',
};

/** Runs of jobs, for administrators. */
export const createRunning = (parts: {
  store: Pick<ExecutionStore, 'listLive'>;
  lifecycle: Pick<ExecutionLifecycle, 'stop'>;
  runnerOf: RunnerOf;
}): RunningPart => ({
  kinds: ['run'],
  running: async () =>
    Promise.all(
      (await parts.store.listLive()).map(async (run) => ({
        kind: 'run' as const,
        id: String(run.id),
        projectId: run.project.id,
        userId: run.user.id,
        title: run.frozen.name,
        phase: phases[run.state] ?? ('running' as const),
        state: run.state,
        since: run.createdAt,
        place: null,
        process: run.state === 'queued' ? null : await parts.runnerOf(run).processOf(run),
        use: null,
      })),
    ),
  stopRunning: async (_, id, why) => void (await parts.lifecycle.stop(Number(id), 'admin', why)),
});
