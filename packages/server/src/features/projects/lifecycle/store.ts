import type { DeletionStep } from '@emberlab/contract';
import type { Kysely } from 'kysely';
import type { Database } from '../../../db/schema.ts';
import type { EndReason, Whose } from '../part.ts';

/** A project that is being deleted. */
export type DoomedProject = { readonly id: string; readonly name: string; readonly step: DeletionStep };

/** A database takes so many values in one query: PostgreSQL 65,535, SQLite 32,766. */
const atOnce = 5000;

export type LifecycleStore = ReturnType<typeof createLifecycleStore>;

/** SQL of what decides over the ends of things and of projects. */
export function createLifecycleStore(db: Kysely<Database>) {
  /** Of those members, the ones for whom something may run. */
  const allowed = (userIds: readonly string[]) =>
    db
      .selectFrom('members')
      .innerJoin('users', 'users.id', 'members.user_id')
      .innerJoin('projects', 'projects.id', 'members.project_id')
      .select(['members.project_id', 'members.user_id'])
      .where('members.user_id', 'in', userIds)
      .where('members.role', 'in', ['owner', 'editor'])
      .where('users.disabled_at', 'is', null)
      .where('projects.archived_at', 'is', null)
      .where('projects.deleting_at', 'is', null);
  const open = (projectIds: readonly string[]) =>
    db
      .selectFrom('projects')
      .select('id')
      .where('id', 'in', projectIds)
      .where('archived_at', 'is', null)
      .where('deleting_at', 'is', null);

  return {
    /** Of members in projects, those for whom nothing may run there (any more), with the reason. In few queries, however many they are. */
    async withoutRight<T extends Whose>(all: readonly T[]): Promise<{ readonly whose: T; readonly why: EndReason }[]> {
      const found = [];
      for (let from = 0; from < all.length; from += atOnce) {
        const some = all.slice(from, from + atOnce);
        const rows = await allowed([...new Set(some.map(({ userId }) => userId))]).execute();
        const may = new Set(rows.map((row) => `${row.project_id} ${row.user_id}`));
        const not = some.filter(({ projectId, userId }) => !may.has(`${projectId} ${userId}`));
        if (not.length === 0) continue;
        const here = await open([...new Set(not.map(({ projectId }) => projectId))]).execute();
        const ids = new Set(here.map(({ id }) => id));
        for (const whose of not) found.push({ whose, why: ids.has(whose.projectId) ? 'member' : 'project' } as const);
      }
      return found;
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
