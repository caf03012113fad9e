import type { DeletionStep } from '@emberlab/contract';
import type { Kysely } from 'kysely';
import { prepareQuery, type ParametersOf } from '../../../db/prepared.ts';
import type { Database } from '../../../db/schema.ts';
import type { EndReason, Whose } from '../part.ts';

/** A project that is being deleted. */
export type DoomedProject = { readonly id: string; readonly name: string; readonly step: DeletionStep };

export type LifecycleStore = ReturnType<typeof createLifecycleStore>;

/** SQL of what decides over the ends of things and of projects. */
export function createLifecycleStore(db: Kysely<Database>) {
  const runner = prepareQuery(db, (parameter: ParametersOf<Whose>) =>
    db
      .selectFrom('projects')
      .leftJoin('members', (join) =>
        join.onRef('members.project_id', '=', 'projects.id').on('members.user_id', '=', parameter('userId')),
      )
      .leftJoin('users', 'users.id', 'members.user_id')
      .select(['role', 'disabled_at', 'archived_at', 'deleting_at'])
      .where('projects.id', '=', parameter('projectId')),
  );

  return {
    /** Why nothing may run for a member in a project (any more); null: it may. */
    async whyNot(whose: Whose): Promise<EndReason | null> {
      const [row] = await runner(whose);
      if (row === undefined || row.archived_at !== null || row.deleting_at !== null) return 'project';
      const mayRun = (row.role === 'owner' || row.role === 'editor') && row.disabled_at === null;
      return mayRun ? null : 'member';
    },

    /** Lets a project be deleted. Safe to call again: its beginning stays. */
    async doom(projectId: string, now: number): Promise<void> {
      await db
        .updateTable('projects')
        .set({ deleting_at: now, deletion_step: 'stopping' })
        .where('id', '=', projectId)
        .where('deleting_at', 'is', null)
        .execute();
    },

    async doomed(): Promise<DoomedProject[]> {
      const rows = await db
        .selectFrom('projects')
        .select(['id', 'name', 'deletion_step'])
        .where('deleting_at', 'is not', null)
        .orderBy('deleting_at')
        .execute();
      return rows.map((row) => ({ id: row.id, name: row.name, step: row.deletion_step ?? 'stopping' }));
    },

    async setStep(projectId: string, step: DeletionStep): Promise<void> {
      await db
        .updateTable('projects')
        .set({ deletion_step: step, deletion_problem: null })
        .where('id', '=', projectId)
        .execute();
    },

    async setProblem(projectId: string, problem: string): Promise<void> {
      await db.updateTable('projects').set({ deletion_problem: problem }).where('id', '=', projectId).execute();
    },

    /** Removes the project with all rows that belong to it. */
    async remove(projectId: string): Promise<void> {
      await db.deleteFrom('projects').where('id', '=', projectId).execute();
    },
  };
}
