import type { RunningStage } from './link/frames.ts';

export type Stages = ReturnType<typeof createStages>;

/**
 * The stages of Spark that run for the running statements, in memory only: the agent tells them again with its next word about the progress. One statement runs
 * in a session at a time.
 */
export function createStages() {
  const running = new Map<number, { readonly statementId: number; readonly stages: readonly RunningStage[] }>();

  return {
    set(sessionId: number, statementId: number, stages: readonly RunningStage[]): void {
      running.set(sessionId, { statementId, stages });
    },

    /** Those of a statement, the oldest first. The same array until there is news. */
    of(sessionId: number, statementId: number): readonly RunningStage[] {
      const known = running.get(sessionId);
      return known?.statementId === statementId ? known.stages : none;
    },

    /** Forgets a session, or an ended statement of it. */
    forget(sessionId: number, statementId?: number): void {
      if (statementId === undefined || running.get(sessionId)?.statementId === statementId) running.delete(sessionId);
    },
  };
}

const none: readonly RunningStage[] = [];
