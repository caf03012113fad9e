import { extendServerBody, labServer, stopLabSessionBody, type LabServer } from '@emberlab/contract';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { appHeader } from '../../edge/ports.ts';
import type { z } from 'zod';
import { HttpError } from '../../http/errors.ts';
import { sendStateThenChanges, streamEvents } from '../../http/event-stream.ts';
import type { ProjectBus } from '../../http/project-events.ts';
import { watchStream } from '../../http/stream-end.ts';
import type { Clock } from '../../lib/clock.ts';
import type { OwnServer } from './own-server.ts';

/**
 * What the pages of a Jupyter server ask about that server, and about no other. The edge has let them in by the cookie that opens it, and names the server
 * in a header that no client can send; without it there is nothing here.
 */
export function registerAppRoutes(app: FastifyInstance, deps: { own: OwnServer; bus: ProjectBus; clock: Clock }): void {
  const { own, bus, clock } = deps;

  const idOf = (request: FastifyRequest): string => {
    const id = request.headers[appHeader];
    if (typeof id !== 'string') throw new HttpError('not_found');
    return id;
  };

  // Before the body is looked at: a stranger learns nothing from a validation message.
  const onRequest = async (request: FastifyRequest) => void idOf(request);

  app.get('/app/server', { onRequest, schema: { hide: true } }, async (request, reply) => {
    const id = idOf(request);
    const found = await own.find(id);
    const { whose, shown } = found;
    const streamEnded = watchStream(reply.raw, () => own.isLive(id), clock);
    await streamEvents({ request, reply, streamEnded }, (send) =>
      sendStateThenChanges(
        send,
        (deliver) => {
          let last = found.state;
          const put = (next: LabServer) => {
            last = next;
            deliver(next);
          };
          const sessions = latest(found.sessions, (now) => put({ ...last, sessions: now }));
          return bus.subscribe((change) => {
            if (change.projectId !== whose.projectId) return;
            const event = change.present({ userId: whose.userId, role: 'editor' });
            if (event?.type === 'server' && event.server.id === id) put(shown(event.server, last.sessions));
            // Whose session is this server's, its row knows.
            if (event?.type === 'session' && event.session.mine) sessions.read();
          });
        },
        async () => [(await own.find(id)).state],
      ),
    );
    return reply;
  });

  app.post(
    '/app/server/extend',
    {
      onRequest,
      schema: { hide: true, body: extendServerBody, response: { 200: labServer } },
      config: { audit: { action: 'server.extend', records: 'always' } },
    },
    async (request) => {
      const { hours } = request.body as z.infer<typeof extendServerBody>;
      const id = idOf(request);
      const { whose } = await own.find(id);
      request.doer = { user: { id: whose.userId }, via: 'app', project: { id: whose.projectId } };
      return own.extend(id, hours);
    },
  );

  app.post(
    '/app/sessions/stop',
    {
      onRequest,
      schema: { hide: true, body: stopLabSessionBody, response: { 200: labServer } },
      config: { audit: { action: 'session.stop', target: 'body.id', records: 'always' } },
    },
    async (request) => {
      const { id: sessionId } = request.body as z.infer<typeof stopLabSessionBody>;
      const id = idOf(request);
      const { whose } = await own.find(id);
      request.doer = { user: { id: whose.userId }, via: 'app', project: { id: whose.projectId } };
      return own.stopSession(id, sessionId);
    },
  );
}

/** Reads what has changed and hands it on; what changes meanwhile is read once more, not once for each change. A read that fails is done at the next change. */
function latest<T>(read: () => Promise<T>, put: (value: T) => void): { read(): void } {
  let reading = false;
  let changed = false;
  const next = async (): Promise<void> => {
    reading = true;
    try {
      do {
        changed = false;
        put(await read());
      } while (changed);
    } catch {
      // The database is away, or the server has ended: then its stream does, too.
    } finally {
      reading = false;
    }
  };
  return {
    read() {
      changed = true;
      if (!reading) void next();
    },
  };
}
