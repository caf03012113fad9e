import type { BinnedFile } from '@emberlab/contract';
import type { Kysely } from 'kysely';
import type { Database } from '../../../db/schema.ts';

/** What was deleted: `path` is where it was. */
export type Binned = {
  readonly id: string;
  readonly path: string;
  readonly type: BinnedFile['type'];
  readonly bytes: number | null;
  readonly deletedAt: number;
  readonly deletedBy: string | null;
};

export type BinStore = ReturnType<typeof createBinStore>;

/** SQL of what is in bins. */
export function createBinStore(db: Kysely<Database>) {
  const present = (row: {
    id: string;
    path: string;
    type: BinnedFile['type'];
    bytes: number | null;
    deleted_at: number;
    deleted_by: string | null;
  }): Binned => ({
    id: row.id,
    path: row.path,
    type: row.type,
    bytes: row.bytes,
    deletedAt: row.deleted_at,
    deletedBy: row.deleted_by,
  });

  return {
    async insert(projectId: string, { id, path, type, bytes, deletedAt, deletedBy }: Binned): Promise<void> {
      const row = { id, project_id: projectId, path, type, bytes, deleted_at: deletedAt, deleted_by: deletedBy };
      await db.insertInto('binned_files').values(row).execute();
    },

    async setBytes(id: string, bytes: number | null): Promise<void> {
      await db.updateTable('binned_files').set({ bytes }).where('id', '=', id).execute();
    },

    async remove(id: string): Promise<void> {
      await db.deleteFrom('binned_files').where('id', '=', id).execute();
    },

    async find(projectId: string, id: string): Promise<Binned | null> {
      const row = await db
        .selectFrom('binned_files')
        .selectAll()
        .where('project_id', '=', projectId)
        .where('id', '=', id)
        .executeTakeFirst();
      return row === undefined ? null : present(row);
    },

    /** All of a project, the newest first. */
    async list(projectId: string): Promise<Binned[]> {
      const rows = await db
        .selectFrom('binned_files')
        .selectAll()
        .where('project_id', '=', projectId)
        .orderBy('deleted_at', 'desc')
        .orderBy('id')
        .execute();
      return rows.map(present);
    },
  };
}
