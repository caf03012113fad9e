import type { ExecutionState } from '@emberlab/contract';
import type { Taken } from '../../limits/index.ts';
import type { ExecutionRecord } from '../model.ts';

/** What a run takes by itself. The driver of a Spark program is counted as such, beside its run. */
export function takenBy({ project, user, frozen }: Pick<ExecutionRecord, 'project' | 'user' | 'frozen'>): Taken {
  const { configuration } = frozen;
  const python = configuration.type === 'python';
  return {
    projectId: project.id,
    userId: user.id,
    kind: 'run',
    memoryBytes: python ? configuration.memoryMb * 1024 ** 2 : 0,
    cores: python ? configuration.cores : 0,
    yields: false,
  };
}

/** The states of those that have left the queue, and not ended. */
export const statesWithPlace = ['preparing', 'starting', 'running', 'stopping'] as const satisfies ExecutionState[];

/** Whether it has a place among those that have left the queue. */
export const hasPlace = ({ state }: Pick<ExecutionRecord, 'state'>): boolean =>
  statesWithPlace.some((one) => one === state);
