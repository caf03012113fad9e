import type { Readable } from 'node:stream';
import type { Session } from '@emberlab/contract';
import type { FastifyReply } from 'fastify';
import type { Engine } from '../../engines/engine.ts';
import { HttpError } from '../../http/errors.ts';
import type { Viewer } from '../../http/project-events.ts';
import type { Actor, Membership, Router } from '../../http/router.ts';
import type { ExternalSessions } from './external/external.ts';
import { mergedLog } from './log.ts';
import type { SessionRecord } from './model.ts';
import { presentSession } from './present.ts';
import type { Service } from './service.ts';
import { isLive } from './state.ts';

/** How much of a long log the dashboard gets to begin with. */
const maxLogBytes = 2 * 1024 * 1024;

const viewerOf = (actor: Actor, membership: Membership): Viewer => ({ userId: actor.user.id, role: membership.role });

/** A project's sessions for the dashboard, wherever they run; newest first. */
export async function listSessions(
  { service, external }: { service: Service; external: ExternalSessions },
  projectId: string,
  viewer: Viewer,
): Promise<Session[]> {
  const here = await service.listProject(projectId, viewer);
  const there = await external.list(projectId, viewer);
  const shown = here.map((session) => presentSession(session, viewer, service.observe(session)));
  if (there.length === 0) return shown;
  // Ids are counted together. What waits to be taken stays at the end.
  const inUse = shown.filter(({ startedAhead }) => startedAhead === null);
  const all = [...inUse, ...there.map((session) => external.present(session, viewer))].toSorted((a, b) => b.id - a.id);
  return [...all, ...shown.filter(({ startedAhead }) => startedAhead !== null)];
}

/** The API's routes of this feature. What runs on a project's Livy has ids of the same count. */
export function registerSessionRoutes(
  router: Router,
  parts: { service: Service; engine: Engine; external: ExternalSessions },
): void {
  const { service, engine, external } = parts;
  const present = (session: SessionRecord, viewer: Viewer) => presentSession(session, viewer, service.observe(session));

  router.handle('sessions.list', async ({ actor, membership }) => ({
    items: await listSessions(parts, membership.project.id, viewerOf(actor, membership)),
    next: null,
  }));

  router.handle('sessions.get', async ({ params, actor, membership }) => {
    const viewer = viewerOf(actor, membership);
    const there = await external.find(membership.project.id, viewer, params.id);
    if (there !== null) return external.present(there, viewer);
    return present(await service.findVisible(membership.project.id, viewer, params.id), viewer);
  });

  router.handle('sessions.stop', async ({ params, actor, membership }) => {
    const viewer = viewerOf(actor, membership);
    const there = await external.find(membership.project.id, viewer, params.id);
    if (there !== null) return external.present(await external.stop(membership.project.id, viewer, there.id), viewer);
    return present(await service.stop(membership.project.id, viewer, params.id), viewer);
  });

  router.handle('sessions.log', async ({ params, query, actor, membership, reply, streamEnded: signal }) => {
    const viewer = viewerOf(actor, membership);
    const follow = query.follow === '1';
    const there = await external.find(membership.project.id, viewer, params.id);
    if (there !== null) return sendText(reply, await external.log(there, { follow, signal }));
    const session = await service.findVisible(membership.project.id, viewer, params.id);
    return sendLog(reply, { session, service, engine, follow, signal });
  });

  router.handle('sessions.openUi', async ({ params, actor, membership }) => {
    const viewer = viewerOf(actor, membership);
    const there = await external.find(membership.project.id, viewer, params.id);
    if (there !== null) throw new HttpError('ui_unavailable', { message: elsewhere });
    return { url: await service.openUi(membership.project.id, viewer, actor, params.id) };
  });
}

const elsewhere =
  "The Spark UI of this application is where the project's Livy says, and is not reached through Emberlab.";

const sendText = (reply: FastifyReply, text: Readable): FastifyReply =>
  reply
    .header('x-content-type-options', 'nosniff')
    .header('cache-control', 'no-store')
    .type('text/plain; charset=utf-8')
    .send(text);

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
  const text = mergedLog(engine.logs(session.id), { follow, maxBytes: maxLogBytes, signal, ended: () => ended });
  return sendText(reply, text);
}
