import type { Role } from '@emberlab/contract';
import type { Kysely } from 'kysely';
import type { Database } from '../../db/schema.ts';
import { inTransaction } from '../../db/transaction.ts';
import type { Clock } from '../../lib/clock.ts';
import { changeMember, turnOfMembers } from './members/store.ts';

const rank: Readonly<Record<Role, number>> = { viewer: 0, editor: 1, owner: 2 };

/**
 * Gives somebody the roles in projects that their groups at the login provider have. What members were given by hand is left as it is; a role that came from a
 * group goes with the group, unless the project would be left without an owner. `onChanged` runs for each project in which they have another right than before.
 */
export function createGroupRoles(deps: {
  db: Kysely<Database>;
  clock: Clock;
  onChanged: (projectId: string) => Promise<void>;
}) {
  const { db, clock } = deps;

  async function idsOf(names: readonly string[]): Promise<Map<string, string>> {
    if (names.length === 0) return new Map();
    const rows = await db.selectFrom('projects').select(['id', 'name']).where('name', 'in', names).execute();
    return new Map(rows.map((row) => [row.name, row.id]));
  }

  /** One project, decided and done in one transaction; answers whether the right is another one now. */
  const applyOne = (userId: string, projectId: string, role: Role | null): Promise<boolean> =>
    inTransaction(
      db,
      async (tx) => {
        const member = await tx
          .selectFrom('members')
          .select('role')
          .where('project_id', '=', projectId)
          .where('user_id', '=', userId)
          .executeTakeFirst();
        const given = await tx
          .selectFrom('group_roles')
          .select('role')
          .where('project_id', '=', projectId)
          .where('user_id', '=', userId)
          .executeTakeFirst();
        const mine = { project_id: projectId, user_id: userId };
        const forget = () =>
          tx.deleteFrom('group_roles').where('project_id', '=', projectId).where('user_id', '=', userId).execute();
        // An owner has said otherwise since, or had said so before: theirs is the last word.
        const byHand = member !== undefined && member.role !== given?.role;
        if (byHand) {
          await forget();
          return false;
        }
        if (role === member?.role || (role === null && member === undefined)) {
          if (role === null) await forget();
          return false;
        }
        if (member?.role === 'owner') {
          const others = await tx
            .selectFrom('members')
            .innerJoin('users', 'users.id', 'members.user_id')
            .select('user_id')
            .where('project_id', '=', projectId)
            .where('role', '=', 'owner')
            .where('user_id', '!=', userId)
            // who can't log in owns nothing for anybody
            .where('disabled_at', 'is', null)
            .limit(1)
            .executeTakeFirst();
          if (others === undefined) return false;
        }
        await forget();
        const now = clock.now();
        if (member === undefined) {
          await tx
            .insertInto('members')
            .values({ ...mine, role: role ?? 'viewer', since: now })
            .execute();
          await tx
            .deleteFrom('former_members')
            .where('project_id', '=', projectId)
            .where('user_id', '=', userId)
            .execute();
        } else {
          await changeMember(tx, { projectId, userId, role, now }, member.role);
        }
        if (role === null) return true;
        await tx
          .insertInto('group_roles')
          .values({ ...mine, role })
          .execute();
        return true;
      },
      { turn: turnOfMembers(projectId) },
    );

  return async (
    userId: string,
    wanted: readonly { readonly project: string; readonly role: Role }[],
  ): Promise<void> => {
    const ids = await idsOf(wanted.map(({ project }) => project));
    const roles = new Map<string, Role>();
    for (const { project, role } of wanted) {
      const id = ids.get(project);
      const before = id === undefined ? undefined : roles.get(id);
      if (id !== undefined && (before === undefined || rank[role] > rank[before])) roles.set(id, role);
    }
    const given = await db.selectFrom('group_roles').select('project_id').where('user_id', '=', userId).execute();
    for (const projectId of new Set([...roles.keys(), ...given.map((row) => row.project_id)])) {
      if (await applyOne(userId, projectId, roles.get(projectId) ?? null)) await deps.onChanged(projectId);
    }
  };
}
