import type { Viewer } from '../../http/project-events.ts';
import type { Actor, Membership } from '../../http/router.ts';

/** Who looks at a project, by the request. */
export const viewerOf = (actor: Actor, membership: Membership): Viewer => ({
  userId: actor.user.id,
  role: membership.role,
});

/** Whether a member may see a session, stop it and open its UI in the dashboard: one's own, and for owners everybody's. Through Livy: one's own only. */
export const maySee = (viewer: Viewer, session: { owner: { id: string } }): boolean =>
  session.owner.id === viewer.userId || viewer.role === 'owner';
