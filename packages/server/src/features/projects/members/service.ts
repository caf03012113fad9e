import type { Member, MembersAnswer, Role } from '@emberlab/contract';
import { HttpError } from '../../../http/errors.ts';
import type { Clock } from '../../../lib/clock.ts';
import type { MemberChange, MemberStore } from './store.ts';

export type MemberService = ReturnType<typeof createMemberService>;

/** Who is in a project; `by`: who changes that, who has to be an owner at that moment. `rightsChanged` runs once the change is written down, before the answer: what rests on a right that is gone then ends. */
export function createMemberService(deps: {
  store: MemberStore;
  clock: Clock;
  rightsChanged: (projectId: string) => Promise<void>;
}) {
  const { store, clock } = deps;

  async function change(projectId: string, changes: readonly MemberChange[], by: string) {
    const done = await store.change(projectId, changes, { by, now: clock.now() });
    if (typeof done === 'string') throw new HttpError(done);
    if (done.added + done.changed > 0) await deps.rightsChanged(projectId);
    return done;
  }

  return {
    list: (projectId: string): Promise<Member[]> => store.list(projectId),
    find: (projectId: string, userId: string): Promise<Member | null> => store.find(projectId, userId),

    /** Adds people or gives them other roles, all or none. Addresses that nobody has are answered, and no hindrance. Throws `last_owner` and `forbidden`. */
    async setMany(
      projectId: string,
      wanted: readonly { readonly email: string; readonly role: Role }[],
      by: string,
    ): Promise<MembersAnswer> {
      const ids = await store.usersByEmail(wanted.map(({ email }) => email));
      // Who is named twice gets the last that is said.
      const roles = new Map<string, Role>();
      const unknown = new Set<string>();
      for (const { email, role } of wanted) {
        const userId = ids.get(email);
        if (userId === undefined) unknown.add(email);
        else roles.set(userId, role);
      }
      const { added, changed } = await change(
        projectId,
        [...roles].map(([userId, role]) => ({ userId, role })),
        by,
      );
      return { added, changed, unknown: [...unknown] };
    },

    /** The same for one, who has to have an account. Throws `no_such_user`, `last_owner` and `forbidden`. */
    async set(projectId: string, email: string, role: Role, by: string): Promise<Member> {
      const userId = (await store.usersByEmail([email])).get(email);
      if (userId === undefined) throw new HttpError('no_such_user');
      await change(projectId, [{ userId, role }], by);
      const member = await store.find(projectId, userId);
      if (member === null) throw new HttpError('not_found');
      return member;
    },

    /** Throws `not_found` for nobody in the project, `last_owner` and `forbidden`. */
    async remove(projectId: string, email: string, by: string): Promise<void> {
      const member = await store.findByEmail(projectId, email);
      if (member === null) throw new HttpError('not_found', { message: 'Nobody in the project has this address.' });
      await change(projectId, [{ userId: member.userId, role: null }], by);
    },

    /** Throws `last_owner`. */
    async leave(projectId: string, userId: string): Promise<void> {
      await change(projectId, [{ userId, role: null }], userId);
    },
  };
}
