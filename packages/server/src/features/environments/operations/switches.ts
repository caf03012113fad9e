import type { Kysely } from 'kysely';
import type { Database } from '../../../db/schema.ts';

type Switch = { readonly at: number; readonly number: number };

export type Switches = ReturnType<typeof createSwitches>;

/**
 * Which revision was in use when: what runs keeps the one that was when it was started. In memory, since it is asked for whenever something that runs is
 * shown. Nothing is known of revisions from before changes were written down.
 */
export function createSwitches(db: Kysely<Database>) {
  const known = new Map<string, Switch[]>();
  const rows = () =>
    db
      .selectFrom('environment_operations')
      .innerJoin('revisions', 'revisions.id', 'environment_operations.revision_id')
      .select([
        'environment_operations.project_id as projectId',
        'environment_operations.ended_at as at',
        'revisions.number',
      ])
      .where('environment_operations.state', '=', 'succeeded')
      .orderBy('environment_operations.ended_at')
      .orderBy('environment_operations.number');

  return {
    async loadAll(): Promise<void> {
      const found = Map.groupBy(await rows().execute(), ({ projectId }) => projectId);
      for (const [projectId, ofProject] of found)
        known.set(
          projectId,
          ofProject.map(({ at, number }) => ({ at: at ?? 0, number })),
        );
    },

    /** Has to be called when the revision in use may be another one. */
    async load(projectId: string): Promise<void> {
      const found = await rows().where('environment_operations.project_id', '=', projectId).execute();
      known.set(
        projectId,
        found.map(({ at, number }) => ({ at: at ?? 0, number })),
      );
    },

    forget: (projectId: string): void => void known.delete(projectId),

    /** The number of the revision that was in use at a moment; null: that is not known. */
    at: (projectId: string, moment: number): number | null =>
      known.get(projectId)?.findLast(({ at }) => at <= moment)?.number ?? null,
  };
}
