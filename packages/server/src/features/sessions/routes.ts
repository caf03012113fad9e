import type { FastifyReply } from 'fastify';
import type { Engine } from '../../engines/engine.ts';
import type { Viewer } from '../../http/project-events.ts';
import type { Actor, Membership, Router } from '../../http/router.ts';
import { mergedLog } from './log.ts';
import type { SessionRecord } from './model.ts';
import { presentSession } from './present.ts';
import type { Service } from './service.ts';
import { isLive } from './state.ts';

/** How much of a long log the dashboard gets to begin with. */
const maxLogBytes = 2 * 1024 * 1024;

const viewerOf = (actor: Actor, membership: Membership): Viewer => ({ userId: actor.user.id, role: membership.role });

/** The API's routes of this feature. */
export function registerSessionRoutes(router: Router, { service, engine }: { service: Service; engine: Engine }): void {
  const present = (session: SessionRecord, viewer: Viewer) => presentSession(session, viewer, service.observe(session));

  router.handle('sessions.list', async ({ actor, membership }) => {
    const viewer = viewerOf(actor, membership);
    const sessions = await service.listProject(membership.project.id, viewer);
    return { items: sessions.map((session) => present(session, viewer)), next: null };
  });

  router.handle('sessions.get', async ({ params, actor, membership }) => {
    const viewer = viewerOf(actor, membership);
    return present(await service.findVisible(membership.project.id, viewer, params.id), viewer);
  });

  router.handle('sessions.stop', async ({ params, actor, membership }) => {
    const viewer = viewerOf(actor, membership);
    return present(await service.stop(membership.project.id, viewer, params.id), viewer);
  });

  router.handle('sessions.log', async ({ params, query, actor, membership, reply, streamEnded: signal }) => {
    const viewer = viewerOf(actor, membership);
    const session = await service.findVisible(membership.project.id, viewer, params.id);
    return sendLog(reply, { session, service, engine, follow: query.follow === '1', signal });
  });

  router.handle('sessions.openUi', async ({ params, actor, membership }) => ({
    url: await service.openUi(membership.project.id, viewerOf(actor, membership), actor, params.id),
  }));
}

function sendLog(
  reply: FastifyReply,
  options: { session: SessionRecord; service: Service; engine: Engine; follow: boolean; signal: AbortSignal },
): FastifyReply {
  const { session, service, engine, follow, signal } = options;
  let ended = !isLive(session.state);
  const look = async () => {
    const now = await service.findById(session.id).catch(() => session);
    ended = now === null || !isLive(now.state);
  };
  const stop = service.onChange(session.id, () => void look());
  void look();
  if (signal.aborted) stop();
  else signal.addEventListener('abort', stop, { once: true });
  return reply
    .header('x-content-type-options', 'nosniff')
    .header('cache-control', 'no-store')
    .type('text/plain; charset=utf-8')
    .send(mergedLog(engine.logs(session.id), { follow, maxBytes: maxLogBytes, signal, ended: () => ended }));
}
