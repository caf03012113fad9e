import type { Kysely } from 'kysely';
import type { Database } from '../../../db/schema.ts';
import type { LivyServersTable } from '../../../db/schema/livy.ts';
import { inTransaction } from '../../../db/transaction.ts';
import { newId } from '../../../lib/ids.ts';
import { SealError, type Sealer } from '../../../lib/seal.ts';
import type { LivyServer } from './model.ts';

/** What an owner says of a Livy. */
export type NewLivyServer = Omit<LivyServer, 'id' | 'projectId' | 'changedAt'>;

export type LivyStore = ReturnType<typeof createLivyStore>;

/**
 * The rows of Livy servers. A project has one at a time; a former one stays for as long as sessions run there, since their numbers mean nothing to
 * another server. Secrets are sealed for their row.
 */
export function createLivyStore(db: Kysely<Database>, sealer: Sealer) {
  const purpose = (id: string) => `livy ${id}`;

  const toServer = async (row: LivyServersTable): Promise<LivyServer> => ({
    id: row.id,
    projectId: row.project_id,
    url: row.url,
    login: row.login,
    user: row.user_name,
    secret: row.sealed_secret === null ? null : await open(row.sealed_secret, row.id),
    runAs: row.run_as,
    setByAdmin: row.set_by_admin === 1,
    changedAt: row.changed_at,
  });

  /** The key may have been lost, say with a backup: then the secret has to be entered anew. */
  const open = (sealed: string, id: string): Promise<string | null> =>
    sealer.open(sealed, purpose(id)).catch((error: unknown) => {
      if (error instanceof SealError) return null;
      throw error;
    });

  const current = (projectId: string, executor: Kysely<Database> = db) =>
    executor.selectFrom('livy_servers').selectAll().where('project_id', '=', projectId).where('retired_at', 'is', null);

  return {
    /** The one that a project's new sessions run on. */
    async findCurrent(projectId: string): Promise<LivyServer | null> {
      const row = await current(projectId).executeTakeFirst();
      return row === undefined ? null : toServer(row);
    },

    async find(id: string): Promise<LivyServer | null> {
      const row = await db.selectFrom('livy_servers').selectAll().where('id', '=', id).executeTakeFirst();
      return row === undefined ? null : toServer(row);
    },

    /** Whether a project has one: quicker, since nothing is opened. */
    async hasCurrent(projectId: string): Promise<boolean> {
      return (await current(projectId).clearSelect().select('id').executeTakeFirst()) !== undefined;
    },

    /** Sets a project's. The same address keeps its row, and with it the sessions that run there. */
    set: (projectId: string, server: NewLivyServer, now: number): Promise<void> =>
      inTransaction(
        db,
        async (tx) => {
          const before = await current(projectId, tx).executeTakeFirst();
          const id = before?.url === server.url ? before.id : newId();
          const values = {
            login: server.login,
            user_name: server.user,
            sealed_secret: server.secret === null ? null : await sealer.seal(server.secret, purpose(id)),
            run_as: server.runAs,
            set_by_admin: server.setByAdmin ? 1 : 0,
            changed_at: now,
          };
          if (before?.id === id) {
            await tx.updateTable('livy_servers').set(values).where('id', '=', id).execute();
            return;
          }
          await tx
            .updateTable('livy_servers')
            .set({ retired_at: now })
            .where('project_id', '=', projectId)
            .where('retired_at', 'is', null)
            .execute();
          await tx
            .insertInto('livy_servers')
            .values({ id, project_id: projectId, url: server.url, retired_at: null, ...values })
            .execute();
        },
        { turn: `Livy of ${projectId}` },
      ),

    /** A project's new sessions run on Emberlab again. */
    async retire(projectId: string, now: number): Promise<void> {
      await db
        .updateTable('livy_servers')
        .set({ retired_at: now })
        .where('project_id', '=', projectId)
        .where('retired_at', 'is', null)
        .execute();
    },

    /** Forgets former servers, and their secrets, on which nothing runs any more. */
    async forgetUnused(): Promise<void> {
      await db
        .deleteFrom('livy_servers')
        .where('retired_at', 'is not', null)
        .where((e) =>
          e.not(
            e.exists(
              e
                .selectFrom('external_sessions')
                .select('external_sessions.id')
                .whereRef('external_sessions.livy_id', '=', 'livy_servers.id')
                .where('external_sessions.ended_at', 'is', null),
            ),
          ),
        )
        .execute();
    },
  };
}
