import type { Kysely } from 'kysely';
import type { Database } from '../../../db/schema.ts';
import { inTransaction } from '../../../db/transaction.ts';

/** The room that files take, and when that was measured: the oldest of it, where it is a sum. */
export type DiskUse = { readonly bytes: number; readonly measuredAt: number };

/** What members of a project share has no user. */
const shared = '';

/** How many rows one statement takes: databases bound how many values it may have. */
const atOnce = 500;

export type DiskStore = ReturnType<typeof createDiskStore>;

/** SQL of the room that files take. */
export function createDiskStore(db: Kysely<Database>) {
  return {
    async ofProject(projectId: string): Promise<DiskUse | null> {
      const row = await db
        .selectFrom('disk_uses')
        .select(['bytes', 'measured_at'])
        .where('project_id', '=', projectId)
        .where('user_id', '=', shared)
        .executeTakeFirst();
      return row === undefined ? null : { bytes: row.bytes, measuredAt: row.measured_at };
    },

    /** A user's own folders in all projects together. */
    async ofUser(userId: string): Promise<DiskUse | null> {
      const row = await db
        .selectFrom('disk_uses')
        .select((e) => [e.fn.sum<number | string>('bytes').as('bytes'), e.fn.min('measured_at').as('measured_at')])
        .where('user_id', '=', userId)
        .executeTakeFirst();
      if (row === undefined || row.measured_at === null) return null;
      return { bytes: Number(row.bytes), measuredAt: row.measured_at };
    },

    async findProject(projectId: string): Promise<{ id: string; name: string } | null> {
      const row = await db
        .selectFrom('projects')
        .select(['id', 'name'])
        .where('id', '=', projectId)
        .where('deleting_at', 'is', null)
        .executeTakeFirst();
      return row ?? null;
    },

    /** In which projects a user has folders of their own. */
    async projectsOf(userId: string): Promise<string[]> {
      const rows = await db.selectFrom('disk_uses').select('project_id').where('user_id', '=', userId).execute();
      return rows.map((row) => row.project_id);
    },

    /** Projects that were not measured since then, those that never were first. */
    async dueProjects(before: number): Promise<{ id: string; name: string }[]> {
      return db
        .selectFrom('projects')
        .leftJoin('disk_uses', (join) =>
          join.onRef('disk_uses.project_id', '=', 'projects.id').on('disk_uses.user_id', '=', shared),
        )
        .select(['projects.id', 'projects.name'])
        .where('deleting_at', 'is', null)
        .where((e) => e.or([e('measured_at', 'is', null), e('measured_at', '<=', before)]))
        .orderBy((e) => e.fn.coalesce('measured_at', e.lit(0)))
        .orderBy('projects.id')
        .execute();
    },

    /** Whose the folders of members may be. */
    async userIds(): Promise<ReadonlySet<string>> {
      return new Set((await db.selectFrom('users').select('id').execute()).map(({ id }) => id));
    },

    /**
     * Writes down what was measured of a project, and forgets what is there no more; fine when the project is gone. `least`: what of it could not be read as a
     * whole; that does not become less than it was, or whoever closes a folder to us would have the room of what is in it.
     */
    async write(
      projectId: string,
      measured: {
        shared: number;
        users: ReadonlyMap<string, number>;
        least: { readonly shared: boolean; readonly users: boolean };
      },
      now: number,
    ) {
      const found = new Map([[shared, measured.shared] as const, ...measured.users]);
      await inTransaction(
        db,
        async (tx) => {
          const before = await tx
            .selectFrom('disk_uses')
            .select(['user_id', 'bytes'])
            .where('project_id', '=', projectId)
            .execute();
          for (const { user_id, bytes } of before) {
            if (user_id === shared ? !measured.least.shared : !measured.least.users) continue;
            found.set(user_id, Math.max(found.get(user_id) ?? 0, bytes));
          }
          const rows = [...found].map(([user_id, bytes]) => ({
            project_id: projectId,
            user_id,
            bytes,
            measured_at: now,
          }));
          await tx.deleteFrom('disk_uses').where('project_id', '=', projectId).execute();
          const there = await tx.selectFrom('projects').select('id').where('id', '=', projectId).executeTakeFirst();
          if (there === undefined) return;
          for (let at = 0; at < rows.length; at += atOnce) {
            await tx
              .insertInto('disk_uses')
              .values(rows.slice(at, at + atOnce))
              .execute();
          }
        },
        { turn: `disk of ${projectId}` },
      );
    },

    /** Adds what came since. */
    async add(projectId: string, bytes: number): Promise<void> {
      await db
        .updateTable('disk_uses')
        .set((e) => ({ bytes: e('bytes', '+', bytes) }))
        .where('project_id', '=', projectId)
        .where('user_id', '=', shared)
        .execute();
    },
  };
}
