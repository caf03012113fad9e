import type { FastifyInstance, FastifyRequest } from 'fastify';
import { logPage } from '../log.ts';
import type { SessionRecord } from '../model.ts';
import type { Client } from '../service.ts';
import { accessOf, clientOf, goneSignal, type LivyContext, type Query } from './context.ts';
import { livyAudit } from './audit.ts';
import { nameTaken, sessionNotFound, tooMany } from './errors.ts';
import { registerAskRoutes } from './ask-routes.ts';
import { readOptionalInt } from './numbers.ts';
import { sendJson } from './plugin.ts';
import { livyVersion } from './present.ts';
import { readCreate, readIdempotencyKey, readNotebook } from './request.ts';
import { registerStatementRoutes } from './statement-routes.ts';
import { registerUploadRoutes } from './upload-routes.ts';

const defaultPage = 100;

/** Livy's routes, below `/livy/{project}`. */
export function registerLivyRoutes(app: FastifyInstance, context: LivyContext): void {
  const { service, engine, route, find, present } = context;

  /** The new session that a request asks for. */
  const create = async (request: FastifyRequest, client: Client, key: string | null): Promise<SessionRecord> => {
    const access = accessOf(request);
    const input = await readCreate(request.body, {
      ownerEmail: access.caller.user.email,
      projectFolder: context.projectFolder(access.membership.project.name),
      notebook: readNotebook(request.headers['emberlab-notebook']),
    });
    const made = await service.create(client, key, input);
    if (!('refused' in made)) return made;
    if (made.refused === 'too-many') throw tooMany(made.most);
    throw nameTaken(input.name, made.id);
  };

  route('GET', '/version', async (_request, reply) => sendJson(reply, 200, livyVersion), {
    openToAll: true,
  });

  route('GET', '/sessions', async (request, reply) => {
    const query = request.query as Query;
    const from = Math.max(readOptionalInt(query, 'from') ?? 0, 0);
    const size = Math.max(readOptionalInt(query, 'size') ?? defaultPage, 0);
    const { total, items } = await context.page(clientOf(accessOf(request)), { from, size });
    return sendJson(reply, 200, { from, total, sessions: items });
  });

  route('POST', '/sessions', async (request, reply) => {
    const client = clientOf(accessOf(request));
    const key = readIdempotencyKey(request.headers['idempotency-key']);
    // Before all checks: a file that was there for the first request may be gone for its repetition.
    const known = key === null ? null : await service.findListed(client, { idempotencyKey: key });
    const session = known ?? (await create(request, client, key));
    service.seen(session.id);
    reply.header('location', `/sessions/${session.id}`);
    return sendJson(reply, 201, await present(session));
  });

  route('GET', '/sessions/:id', async (request, reply) => {
    const { client, session } = await find(request);
    const now = await service.awaitChange(client, session, goneSignal(reply));
    if (now === null) throw sessionNotFound(String(session.id));
    service.seen(now.id);
    return sendJson(reply, 200, await present(now));
  });

  route('GET', '/sessions/:id/state', async (request, reply) => {
    const { session } = await find(request);
    return sendJson(reply, 200, { id: session.id, state: service.observe(session).state });
  });

  route('GET', '/sessions/:id/log', async (request, reply) => {
    const { session } = await find(request);
    const query = request.query as Query;
    const from = readOptionalInt(query, 'from');
    const wanted = {
      from: from === null || from < 0 ? null : from,
      size: readOptionalInt(query, 'size') ?? defaultPage,
    };
    const page = await logPage(engine.logs(session.id), wanted, goneSignal(reply));
    return sendJson(reply, 200, { id: session.id, ...page });
  });

  route('DELETE', '/sessions/:id', async (request, reply) => {
    const { session } = await find(request);
    await service.end(session, 'deleted', goneSignal(reply));
    return sendJson(reply, 200, { msg: 'deleted' });
  });

  route('POST', '/sessions/:id/stop', async (request, reply) => {
    const { session } = await find(request);
    await service.end(session, 'stopped', goneSignal(reply));
    return reply.status(204).send();
  });

  route('POST', '/sessions/:id/interrupt', async (request, reply) => {
    const { session } = await find(request);
    service.used(session.id);
    await service.interrupt(session.id);
    return sendJson(reply, 200, { msg: 'interrupted' });
  });

  route('POST', '/sessions/:id/connect', async (request, reply) => {
    const { session } = await find(request);
    service.used(session.id);
    return sendJson(reply, 200, await present(session));
  });

  registerStatementRoutes(context);
  registerAskRoutes(context);
  registerUploadRoutes(app, context);

  const config = { audit: livyAudit('GET', '/*') };
  app.route({
    method: ['PUT', 'PATCH'],
    url: '/*',
    config,
    handler: async (request, reply) =>
      sendJson(reply, 405, { msg: `${request.method} is not taken here. Please use GET, POST or DELETE.` }),
  });
  app.route({
    method: ['GET', 'POST', 'DELETE', 'OPTIONS'],
    url: '/*',
    config,
    handler: async (request, reply) => {
      const { project } = request.params as { project: string };
      const asked = request.url.replace(/\?.*/s, '').slice(0, 200);
      const known = `Sessions are at /livy/${project}/sessions, batches at /livy/${project}/batches.`;
      return sendJson(reply, 404, { msg: `There is nothing at ${asked}. ${known}` });
    },
  });
}
