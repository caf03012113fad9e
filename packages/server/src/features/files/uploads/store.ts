import type { UploadConflict } from '@emberlab/contract';
import type { Kysely } from 'kysely';
import type { Database } from '../../../db/schema.ts';

/** A file on its way, as it was announced. */
export type Upload = {
  readonly id: string;
  readonly projectId: string;
  readonly userId: string;
  readonly folder: string;
  readonly name: string;
  readonly bytes: number;
  /** when the file was changed, as its sender says; null: they don't */
  readonly changedAt: number | null;
  readonly conflict: UploadConflict;
  readonly startedAt: number;
  readonly touchedAt: number;
};

export type UploadStore = ReturnType<typeof createUploadStore>;

/** SQL of files on their way. */
export function createUploadStore(db: Kysely<Database>) {
  const rows = () =>
    db
      .selectFrom('file_uploads')
      .select([
        'id',
        'project_id as projectId',
        'user_id as userId',
        'folder',
        'name',
        'bytes',
        'changed_at as changedAt',
        'conflict',
        'started_at as startedAt',
        'touched_at as touchedAt',
      ]);

  return {
    async insert(upload: Upload): Promise<void> {
      await db
        .insertInto('file_uploads')
        .values({
          id: upload.id,
          project_id: upload.projectId,
          user_id: upload.userId,
          folder: upload.folder,
          name: upload.name,
          bytes: upload.bytes,
          changed_at: upload.changedAt,
          conflict: upload.conflict,
          started_at: upload.startedAt,
          touched_at: upload.touchedAt,
        })
        .execute();
    },

    /** A user's own. */
    async find(projectId: string, userId: string, id: string): Promise<Upload | null> {
      const row = await rows()
        .where('id', '=', id)
        .where('project_id', '=', projectId)
        .where('user_id', '=', userId)
        .executeTakeFirst();
      return row ?? null;
    },

    /** All of a user in a project, the oldest first. */
    async list(projectId: string, userId: string): Promise<Upload[]> {
      return rows()
        .where('project_id', '=', projectId)
        .where('user_id', '=', userId)
        .orderBy('started_at')
        .orderBy('id')
        .execute();
    },

    async touch(id: string, now: number): Promise<void> {
      await db.updateTable('file_uploads').set({ touched_at: now }).where('id', '=', id).execute();
    },

    async setConflict(id: string, conflict: UploadConflict): Promise<void> {
      await db.updateTable('file_uploads').set({ conflict }).where('id', '=', id).execute();
    },

    async remove(id: string): Promise<void> {
      await db.deleteFrom('file_uploads').where('id', '=', id).execute();
    },

    /** Those of a project that nothing came of since then. */
    async stale(projectId: string, before: number): Promise<Upload[]> {
      return rows().where('project_id', '=', projectId).where('touched_at', '<=', before).execute();
    },
  };
}
