import type { Project, ProjectState, Role } from '@emberlab/contract';
import type { Kysely, Selectable } from 'kysely';
import { prepareQuery, type ParametersOf } from '../../db/prepared.ts';
import type { Database } from '../../db/schema.ts';
import type { ProjectsTable } from '../../db/schema/projects.ts';
import { inTransaction } from '../../db/transaction.ts';
import type { Membership } from '../../http/router.ts';
import { toInstant, toInstantOrNull } from '../../lib/clock.ts';
import { stateOf } from './state.ts';

/** A project without what other features know of it. */
export type ProjectRecord = {
  id: string;
  name: string;
  label: string;
  role: Role;
  state: ProjectState;
  archivedAt: string | null;
  deletion: Project['deletion'];
  members: number;
  createdAt: string;
  lastActivityAt: string;
};

export type ProjectStore = ReturnType<typeof createProjectStore>;

const deletionOf = (row: Selectable<ProjectsTable>): Project['deletion'] =>
  row.deleting_at === null
    ? null
    : { step: row.deletion_step ?? 'stopping', startedAt: toInstant(row.deleting_at), problem: row.deletion_problem };

/** SQL of projects. */
export function createProjectStore(db: Kysely<Database>) {
  const seenBy = (userId: string) =>
    db
      .selectFrom('projects')
      .innerJoin('members as own', (join) =>
        join.onRef('own.project_id', '=', 'projects.id').on('own.user_id', '=', userId),
      )
      .selectAll('projects')
      .select('own.role')
      .select((e) =>
        e
          .selectFrom('members')
          .whereRef('members.project_id', '=', 'projects.id')
          .select((m) => m.fn.countAll<number>().as('n'))
          .as('members'),
      );
  type Row = Awaited<ReturnType<ReturnType<typeof seenBy>['executeTakeFirstOrThrow']>>;
  const toRecord = (row: Row): ProjectRecord => ({
    id: row.id,
    name: row.name,
    label: row.label,
    role: row.role,
    state: stateOf({ archivedAt: row.archived_at, deletingAt: row.deleting_at }),
    archivedAt: toInstantOrNull(row.archived_at),
    deletion: deletionOf(row),
    members: row.members ?? 0,
    createdAt: toInstant(row.created_at),
    lastActivityAt: toInstant(row.last_activity_at),
  });

  const membership = prepareQuery(db, (parameter: ParametersOf<{ name: string; userId: string }>) =>
    db
      .selectFrom('projects')
      .innerJoin('members', 'members.project_id', 'projects.id')
      .select(['projects.id', 'projects.name', 'projects.label', 'archived_at', 'deleting_at', 'members.role'])
      .where('projects.name', '=', parameter('name'))
      .where('members.user_id', '=', parameter('userId')),
  );

  return {
    /** Makes the project with its first owner. Answers false when the name is taken. */
    async insert(project: { id: string; name: string; label: string; ownerId: string; now: number }): Promise<boolean> {
      return inTransaction(db, async (tx) => {
        const inserted = await tx
          .insertInto('projects')
          .values({
            id: project.id,
            name: project.name,
            label: project.label,
            created_at: project.now,
            last_activity_at: project.now,
          })
          .onConflict((conflict) => conflict.column('name').doNothing())
          .returning('id')
          .executeTakeFirst();
        if (inserted === undefined) return false;
        await tx
          .insertInto('members')
          .values({ project_id: project.id, user_id: project.ownerId, role: 'owner', since: project.now })
          .execute();
        return true;
      });
    },

    async list(userId: string, only: readonly string[] | null = null): Promise<ProjectRecord[]> {
      const all = seenBy(userId).orderBy('projects.last_activity_at', 'desc');
      const rows = await (only === null ? all : all.where('projects.id', 'in', only)).execute();
      return rows.map(toRecord);
    },

    async find(name: string, userId: string): Promise<ProjectRecord | null> {
      const row = await seenBy(userId).where('projects.name', '=', name).executeTakeFirst();
      return row === undefined ? null : toRecord(row);
    },

    /** A project by what each request has to know of it; null as for `find`. */
    async findMembership(name: string, userId: string): Promise<Membership | null> {
      const [row] = await membership({ name, userId });
      if (row === undefined) return null;
      const state = stateOf({ archivedAt: row.archived_at, deletingAt: row.deleting_at });
      return { project: { id: row.id, name: row.name, label: row.label, state }, role: row.role };
    },

    async exists(name: string): Promise<boolean> {
      return (await db.selectFrom('projects').select('id').where('name', '=', name).executeTakeFirst()) !== undefined;
    },

    async idOf(name: string): Promise<string | null> {
      return (await db.selectFrom('projects').select('id').where('name', '=', name).executeTakeFirst())?.id ?? null;
    },

    async nameOf(projectId: string): Promise<string | null> {
      return (
        (await db.selectFrom('projects').select('name').where('id', '=', projectId).executeTakeFirst())?.name ?? null
      );
    },

    async setLabel(projectId: string, label: string): Promise<void> {
      await db.updateTable('projects').set({ label }).where('id', '=', projectId).execute();
    },

    /** Archives a project, or with null takes it into use again; one that is being deleted stays as it is. */
    async setArchived(projectId: string, at: number | null): Promise<void> {
      await db
        .updateTable('projects')
        .set({ archived_at: at })
        .where('id', '=', projectId)
        .where('deleting_at', 'is', null)
        .execute();
    },

    async touch(projectId: string, now: number): Promise<void> {
      await db.updateTable('projects').set({ last_activity_at: now }).where('id', '=', projectId).execute();
    },

    async touchTargets(targetIds: readonly string[], now: number): Promise<void> {
      if (targetIds.length === 0) return;
      await db
        .updateTable('projects')
        .set({ last_activity_at: now })
        .where((e) =>
          e.or([
            e('id', 'in', e.selectFrom('servers').select('project_id').where('servers.id', 'in', targetIds)),
            e('id', 'in', e.selectFrom('sessions').select('project_id').where('ui_id', 'in', targetIds)),
          ]),
        )
        .execute();
    },
  };
}
