import type { RunningPart } from '../projects/index.ts';
import type { EnvironmentStore } from './store.ts';

/** Builds of environments, for administrators. */
export function createRunning({
  store,
  stop,
}: {
  store: Pick<EnvironmentStore, 'building'>;
  stop: (id: string, problem: string) => Promise<void>;
}): RunningPart {
  return {
    kinds: ['build'],
    running: async () =>
      (await store.building()).map((revision) => ({
        kind: 'build',
        id: revision.id,
        projectId: revision.projectId,
        userId: null,
        title: `Python environment, revision ${revision.number}`,
        phase: revision.process === null ? 'waiting' : 'running',
        state: revision.step ?? 'building',
        since: revision.createdAt,
        place: null,
        process: revision.process,
        use: null,
      })),
    stopRunning: (_, id, why) => stop(id, why),
  };
}
