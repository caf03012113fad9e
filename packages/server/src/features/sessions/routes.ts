import type { Session } from '@emberlab/contract';
import type { Engine } from '../../engines/engine.ts';
import { HttpError } from '../../http/errors.ts';
import type { Viewer } from '../../http/project-events.ts';
import type { Router } from '../../http/router.ts';
import { sendText } from '../../http/text-stream.ts';
import type { ExternalSessions } from './external/external.ts';
import { driverLog } from './log-answer.ts';
import type { SessionRecord } from './model.ts';
import { viewerOf } from './policy.ts';
import { presentSession } from './present.ts';
import type { Service } from './service.ts';
import type { SessionStore } from './store.ts';
import { isLive } from './state.ts';

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

/** The live sessions that came from a Jupyter server, wherever they run. What waits to be taken is none yet. */
export async function liveSessionsOf(
  {
    service,
    external,
    sessions,
  }: { service: Service; external: ExternalSessions; sessions: Pick<SessionStore, 'listLive'> },
  serverId: string,
  viewer: Viewer,
): Promise<Session[]> {
  const here = (await sessions.listLive({ serverId })).filter(({ aheadKey }) => aheadKey === null);
  const there = await external.liveOf(serverId);
  return [
    ...here.map((session) => presentSession(session, viewer, service.observe(session))),
    ...there.map((session) => external.present(session, viewer)),
  ];
}

/** Lets a session end, wherever it runs; answers it as it is then. Throws `not_found`, also for what the viewer may not stop. */
export async function stopSession(
  { service, external }: { service: Service; external: ExternalSessions },
  projectId: string,
  viewer: Viewer,
  id: number,
): Promise<Session> {
  const there = await external.find(projectId, viewer, id);
  if (there !== null) return external.present(await external.stop(projectId, viewer, there.id), viewer);
  const stopped = await service.stop(projectId, viewer, id);
  return presentSession(stopped, viewer, service.observe(stopped));
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

  router.handle('sessions.stop', ({ params, actor, membership }) =>
    stopSession(parts, membership.project.id, viewerOf(actor, membership), params.id),
  );

  router.handle('sessions.log', async ({ params, query, actor, membership, reply, streamEnded: signal }) => {
    const viewer = viewerOf(actor, membership);
    const follow = query.follow === '1';
    const there = await external.find(membership.project.id, viewer, params.id);
    if (there !== null) return sendText(reply, await external.log(there, { follow, signal }), { follow });
    const { id } = await service.findVisible(membership.project.id, viewer, params.id);
    const text = driverLog(engine.logs(id), {
      follow,
      signal,
      onChange: (listener) => service.onChange(id, listener),
      isLive: async () => isLive((await service.findById(id))?.state ?? 'dead'),
    });
    return sendText(reply, text, { follow });
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
