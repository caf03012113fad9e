import type { Member, Role } from '@emberlab/contract';
import type { Kysely } from 'kysely';
import type { Database } from '../../../db/schema.ts';
import { inTransaction } from '../../../db/transaction.ts';
import { toInstant } from '../../../lib/clock.ts';

/** What changes for people in a project at once: a role, or with null that they are in it. */
export type MemberChange = { readonly userId: string; readonly role: Role | null };

/** Why a change is not made. `last_owner`: nobody would be left as an owner who can log in · `forbidden`: who makes it is no owner (any more). */
export type MembersRefusal = 'last_owner' | 'forbidden';

const roles: readonly Role[] = ['viewer', 'editor', 'owner'];
/** How many rows one statement takes: databases bound how many values it may have. */
const atOnce = 500;

const inPieces = <T>(items: readonly T[]): T[][] =>
  Array.from({ length: Math.ceil(items.length / atOnce) }, (_, at) => items.slice(at * atOnce, (at + 1) * atOnce));

/** The turn that everybody takes who changes the members of a project, which hangs on who they are. */
export const turnOfMembers = (projectId: string): string => `members of ${projectId}`;

export type MemberStore = ReturnType<typeof createMemberStore>;

/** SQL of members. */
export function createMemberStore(db: Kysely<Database>) {
  const rows = () =>
    db
      .selectFrom('members')
      .innerJoin('users', 'users.id', 'members.user_id')
      .select(['project_id', 'user_id', 'email', 'name', 'role', 'since']);
  type Row = Awaited<ReturnType<ReturnType<typeof rows>['executeTakeFirstOrThrow']>>;
  const toMember = (row: Row): Member => ({
    userId: row.user_id,
    email: row.email,
    name: row.name,
    role: row.role,
    since: toInstant(row.since),
  });

  return {
    async list(projectId: string): Promise<Member[]> {
      const found = await rows()
        .where('project_id', '=', projectId)
        .orderBy('since')
        .orderBy('name')
        .orderBy('user_id')
        .execute();
      return found.map(toMember);
    },

    async find(projectId: string, userId: string): Promise<Member | null> {
      const row = await rows().where('project_id', '=', projectId).where('user_id', '=', userId).executeTakeFirst();
      return row === undefined ? null : toMember(row);
    },

    async findByEmail(projectId: string, email: string): Promise<Member | null> {
      const row = await rows().where('project_id', '=', projectId).where('email', '=', email).executeTakeFirst();
      return row === undefined ? null : toMember(row);
    },

    /** The ids of those who have an account that is not disabled, by their addresses. */
    async usersByEmail(emails: readonly string[]): Promise<Map<string, string>> {
      const found = new Map<string, string>();
      for (const piece of inPieces([...new Set(emails)])) {
        const users = await db
          .selectFrom('users')
          .select(['id', 'email'])
          .where('email', 'in', piece)
          .where('disabled_at', 'is', null)
          .execute();
        for (const { id, email } of users) found.set(email, id);
      }
      return found;
    },

    /**
     * Makes these changes, all or none. Owners may make any, and everybody may leave; that is asked here again, as `by` may have been let in before somebody
     * else took that right away. Whoever loses a right loses with it what they have opened by it, and may not come back by an invitation that is there
     * already, their own included.
     */
    change: (
      projectId: string,
      changes: readonly MemberChange[],
      { by, now }: { by: string; now: number },
    ): Promise<{ added: number; changed: number } | MembersRefusal> =>
      inTransaction(
        db,
        async (tx) => {
          // Written first, as SQLite wants it of who will write: of two transactions that each take away another owner, one waits for the other.
          await tx.updateTable('projects').set({ last_activity_at: now }).where('id', '=', projectId).execute();
          const leaves = changes.every(({ userId, role }) => userId === by && role === null);
          if (!leaves && !(await isOwner(tx, projectId, by))) throw new RefusedError('forbidden');
          const before = new Map<string, Role>();
          for (const piece of inPieces(changes.map(({ userId }) => userId))) {
            const found = await tx
              .selectFrom('members')
              .select(['user_id', 'role'])
              .where('project_id', '=', projectId)
              .where('user_id', 'in', piece)
              .execute();
            for (const { user_id, role } of found) before.set(user_id, role);
          }
          const added = changes.filter(({ userId, role }) => role !== null && !before.has(userId));
          const others = changes.filter(({ userId, role }) => before.has(userId) && before.get(userId) !== role);
          for (const piece of inPieces(added)) {
            await tx
              .insertInto('members')
              .values(
                piece.map(({ userId, role }) => ({
                  project_id: projectId,
                  user_id: userId,
                  role: role ?? 'viewer',
                  since: now,
                })),
              )
              .execute();
            await tx
              .deleteFrom('former_members')
              .where('project_id', '=', projectId)
              .where(
                'user_id',
                'in',
                piece.map(({ userId }) => userId),
              )
              .execute();
          }
          for (const { userId, role } of others) {
            await changeMember(tx, { projectId, userId, role, now }, before.get(userId) ?? 'owner');
          }
          const owner = await tx
            .selectFrom('members')
            .innerJoin('users', 'users.id', 'members.user_id')
            .select('user_id')
            .where('project_id', '=', projectId)
            .where('role', '=', 'owner')
            .where('disabled_at', 'is', null)
            .limit(1)
            .executeTakeFirst();
          if (owner === undefined) throw new RefusedError('last_owner');
          return { added: added.length, changed: others.length };
        },
        { turn: turnOfMembers(projectId) },
      ).catch((error: unknown) => {
        if (error instanceof RefusedError) return error.code;
        throw error;
      }),
  };
}

/** Takes back what a transaction has done so far. */
class RefusedError extends Error {
  override readonly name = 'RefusedError';
  readonly code: MembersRefusal;

  constructor(code: MembersRefusal) {
    super(code);
    this.code = code;
  }
}

async function isOwner(tx: Kysely<Database>, projectId: string, userId: string): Promise<boolean> {
  const row = await tx
    .selectFrom('members')
    .select('role')
    .where('project_id', '=', projectId)
    .where('user_id', '=', userId)
    .executeTakeFirst();
  return row?.role === 'owner';
}

/** Gives a member another role than `before`, or none, and takes what they have opened by a right that they lose. To be called in the turn of members. */
export async function changeMember(
  tx: Kysely<Database>,
  { projectId, userId, role, now }: { projectId: string; userId: string; role: Role | null; now: number },
  before: Role,
): Promise<void> {
  const ofMember = { project_id: projectId, user_id: userId };
  if (role === null) {
    await tx.deleteFrom('members').where('project_id', '=', projectId).where('user_id', '=', userId).execute();
    // Tokens that open this project alone have nothing left to open; those of servers go here too.
    await tx.deleteFrom('tokens').where('project_id', '=', projectId).where('user_id', '=', userId).execute();
  } else {
    await tx
      .updateTable('members')
      .set({ role })
      .where('project_id', '=', projectId)
      .where('user_id', '=', userId)
      .execute();
  }
  const lost = roles.slice(role === null ? 0 : roles.indexOf(role) + 1);
  if (role !== null && roles.indexOf(role) > roles.indexOf(before)) return;
  for (const table of ['tickets', 'grants'] as const) {
    await tx
      .deleteFrom(table)
      .where('project_id', '=', projectId)
      .where('user_id', '=', userId)
      .where('role', 'in', lost)
      .execute();
  }
  await tx.deleteFrom('invitations').where('project_id', '=', projectId).where('created_by', '=', userId).execute();
  await tx
    .insertInto('former_members')
    .values({ ...ofMember, left_at: now })
    .onConflict((conflict) => conflict.columns(['project_id', 'user_id']).doUpdateSet({ left_at: now }))
    .execute();
}
