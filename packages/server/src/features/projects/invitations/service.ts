import type { Invitation, Role, ShownInvitation } from '@emberlab/contract';
import { HttpError } from '../../../http/errors.ts';
import type { Clock } from '../../../lib/clock.ts';
import { digest, newId, newSecret } from '../../../lib/ids.ts';
import type { MemberService } from '../members/service.ts';
import type { InvitationRecord, InvitationStore } from './store.ts';

const day = 24 * 3_600_000;

/** Somebody who has an invitation's link. */
type Guest = { readonly id: string; readonly email: string };

export type InvitationService = ReturnType<typeof createInvitationService>;

/** Links that let people join a project. Only the digest of a link's secret is kept. */
export function createInvitationService(deps: {
  store: InvitationStore;
  members: Pick<MemberService, 'find'>;
  clock: Clock;
  publicOrigin: string;
  membersChanged: (projectId: string) => void;
}) {
  const { store, members, clock } = deps;

  const present = ({ project: _project, madeAt: _madeAt, ...invitation }: InvitationRecord): Invitation => invitation;

  /** Throws unless the invitation is good, and for this guest. */
  async function find(secret: string, guest: Guest): Promise<{ record: InvitationRecord; member: boolean }> {
    const record = await store.find(digest(secret), clock.now());
    if (record === null) throw new HttpError('invitation_over');
    if (record.email !== null && record.email !== guest.email) throw new HttpError('invitation_for_another');
    const member = (await members.find(record.project.id, guest.id)) !== null;
    const leftAt = await store.leftAt(record.project.id, guest.id);
    // Whoever was removed does not come back by a link that they know from before.
    if (!member && leftAt !== null && record.madeAt <= leftAt) throw new HttpError('invitation_over');
    return { record, member };
  }

  return {
    async list(projectId: string): Promise<Invitation[]> {
      return (await store.list(projectId, clock.now())).map(present);
    },

    /** Makes one. The link is in this answer only; its secret stands behind `#`, which browsers send to nobody. */
    async create(
      projectId: string,
      createdBy: string,
      wanted: { role: Role; email: string | null; expiresInDays: number; maxUses: number },
    ): Promise<Invitation & { url: string }> {
      const secret = newSecret('ember_invitation');
      const now = clock.now();
      const made = {
        id: newId(),
        digest: digest(secret),
        projectId,
        role: wanted.role,
        email: wanted.email,
        createdBy,
        now,
        expiresAt: now + wanted.expiresInDays * day,
        // One person has one address.
        maxUses: wanted.email === null ? wanted.maxUses : 1,
      };
      await store.insert(made);
      const record = await store.find(made.digest, now);
      if (record === null) {
        // Its maker has lost the right to make it meanwhile; it must not become good when they get it back.
        await store.remove(projectId, made.id);
        throw new HttpError('forbidden');
      }
      deps.membersChanged(projectId);
      return { ...present(record), url: `${deps.publicOrigin}/invitation#secret=${secret}` };
    },

    /** Throws `not_found`. */
    async withdraw(projectId: string, id: string): Promise<void> {
      if (!(await store.remove(projectId, id))) throw new HttpError('not_found');
      deps.membersChanged(projectId);
    },

    /** What an invitation is to this guest. Throws `invitation_over` and `invitation_for_another`. */
    async show(secret: string, guest: Guest): Promise<ShownInvitation> {
      const { record, member } = await find(secret, guest);
      const { project, role, createdBy, expiresAt } = record;
      return {
        project: { name: project.name, label: project.label },
        role,
        invitedBy: createdBy,
        expiresAt,
        member,
      };
    },

    /** Lets the guest join; a member stays what they are. Answers the name of the project. Throws what `show` does. */
    async accept(secret: string, guest: Guest): Promise<string> {
      const { record, member } = await find(secret, guest);
      if (member) return record.project.name;
      if (!(await store.use(digest(secret), guest.id, clock.now()))) throw new HttpError('invitation_over');
      deps.membersChanged(record.project.id);
      return record.project.name;
    },

    forgetExpired: (): Promise<void> => store.removeExpired(clock.now()),
  };
}
