import type { Invitation, Role } from '@emberlab/contract';
import type { Kysely } from 'kysely';
import type { Database } from '../../../db/schema.ts';
import { inTransaction } from '../../../db/transaction.ts';
import { toInstant } from '../../../lib/clock.ts';
import { turnOfMembers } from '../members/store.ts';

/** An invitation with what decides on its use. */
export type InvitationRecord = Invitation & {
  readonly project: { readonly id: string; readonly name: string; readonly label: string };
  readonly madeAt: number;
};

export type NewInvitation = {
  id: string;
  digest: string;
  projectId: string;
  role: Role;
  email: string | null;
  createdBy: string;
  now: number;
  expiresAt: number;
  maxUses: number;
};

export type InvitationStore = ReturnType<typeof createInvitationStore>;

/** SQL of invitations. */
export function createInvitationStore(db: Kysely<Database>) {
  /** Those that are good: in time, not used up, of a project in use, and made by somebody who is its owner still. */
  const good = (executor: Kysely<Database>, now: number) =>
    executor
      .selectFrom('invitations')
      .innerJoin('projects', 'projects.id', 'invitations.project_id')
      .innerJoin('users', 'users.id', 'invitations.created_by')
      .innerJoin('members', (join) =>
        join
          .onRef('members.project_id', '=', 'invitations.project_id')
          .onRef('members.user_id', '=', 'invitations.created_by')
          .on('members.role', '=', 'owner'),
      )
      .selectAll('invitations')
      .select(['users.name as inviter', 'projects.name as project_name', 'projects.label as project_label'])
      .where('invitations.expires_at', '>', now)
      .whereRef('uses', '<', 'max_uses')
      .where('users.disabled_at', 'is', null)
      .where('projects.archived_at', 'is', null)
      .where('projects.deleting_at', 'is', null);
  type Row = Awaited<ReturnType<ReturnType<typeof good>['executeTakeFirstOrThrow']>>;
  const toRecord = (row: Row): InvitationRecord => ({
    id: row.id,
    role: row.role,
    email: row.email,
    createdBy: row.inviter,
    createdAt: toInstant(row.created_at),
    expiresAt: toInstant(row.expires_at),
    uses: row.uses,
    maxUses: row.max_uses,
    project: { id: row.project_id, name: row.project_name, label: row.project_label },
    madeAt: row.created_at,
  });

  return {
    async insert(made: NewInvitation): Promise<void> {
      await db
        .insertInto('invitations')
        .values({
          id: made.id,
          digest: made.digest,
          project_id: made.projectId,
          role: made.role,
          email: made.email,
          created_by: made.createdBy,
          created_at: made.now,
          expires_at: made.expiresAt,
          uses: 0,
          max_uses: made.maxUses,
        })
        .execute();
    },

    /** A project's, the newest first. */
    async list(projectId: string, now: number): Promise<InvitationRecord[]> {
      const rows = await good(db, now)
        .where('invitations.project_id', '=', projectId)
        .orderBy('invitations.created_at', 'desc')
        .execute();
      return rows.map(toRecord);
    },

    async find(digest: string, now: number): Promise<InvitationRecord | null> {
      const row = await good(db, now).where('invitations.digest', '=', digest).executeTakeFirst();
      return row === undefined ? null : toRecord(row);
    },

    /** Answers false when the project has none of that id. */
    async remove(projectId: string, id: string): Promise<boolean> {
      const done = await db
        .deleteFrom('invitations')
        .where('project_id', '=', projectId)
        .where('id', '=', id)
        .executeTakeFirst();
      return done.numDeletedRows > 0n;
    },

    async removeExpired(now: number): Promise<void> {
      await db.deleteFrom('invitations').where('expires_at', '<=', now).execute();
    },

    /** When somebody has left a project, or lost a right in it, last; null: never. */
    leftAt: (projectId: string, userId: string): Promise<number | null> => leftAt(db, projectId, userId),

    /**
     * Makes somebody a member and uses the invitation up by one. False, and nothing has changed, when it is not good any more: of two who take the last
     * use at once, one gets it. A member uses nothing up, and keeps their role.
     */
    async use(digest: string, userId: string, now: number): Promise<boolean> {
      const found = await db
        .selectFrom('invitations')
        .select('project_id')
        .where('digest', '=', digest)
        .executeTakeFirst();
      if (found === undefined) return false;
      return inTransaction(
        db,
        async (tx) => {
          // Asked again in the turn of members: whoever was let go since is not let in by it.
          const usable = await good(tx, now).where('invitations.digest', '=', digest).executeTakeFirst();
          const left = await leftAt(tx, found.project_id, userId);
          if (usable === undefined || (left !== null && usable.created_at <= left)) return false;
          const taken = await tx
            .updateTable('invitations')
            .set((e) => ({ uses: e('uses', '+', 1) }))
            .where('digest', '=', digest)
            .whereRef('uses', '<', 'max_uses')
            .returning(['project_id', 'role'])
            .executeTakeFirst();
          if (taken === undefined) throw new NotGoodError();
          const added = await tx
            .insertInto('members')
            .values({ project_id: taken.project_id, user_id: userId, role: taken.role, since: now })
            .onConflict((conflict) => conflict.columns(['project_id', 'user_id']).doNothing())
            .returning('user_id')
            .executeTakeFirst();
          if (added === undefined) throw new NotGoodError();
          await tx
            .deleteFrom('former_members')
            .where('project_id', '=', taken.project_id)
            .where('user_id', '=', userId)
            .execute();
          return true;
        },
        { turn: turnOfMembers(found.project_id) },
      ).catch((error: unknown) => {
        if (error instanceof NotGoodError) return false;
        throw error;
      });
    },
  };
}

async function leftAt(executor: Kysely<Database>, projectId: string, userId: string): Promise<number | null> {
  const row = await executor
    .selectFrom('former_members')
    .select('left_at')
    .where('project_id', '=', projectId)
    .where('user_id', '=', userId)
    .executeTakeFirst();
  return row?.left_at ?? null;
}

class NotGoodError extends Error {
  override readonly name = 'NotGoodError';
}
