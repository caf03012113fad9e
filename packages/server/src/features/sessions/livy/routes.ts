import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Engine } from '../../../engines/engine.ts';
import { logPage, logTail } from '../log.ts';
import type { SessionRecord } from '../model.ts';
import type { Client, Service } from '../service.ts';
import { LivyError, rejected, sessionNotFound } from './errors.ts';
import { readInt, readOptionalInt } from './numbers.ts';
import { sendJson, type LivyAccess } from './plugin.ts';
import { livyVersion, presentLivySession, presentLivyStatement } from './present.ts';
import { readCreate, readIdempotencyKey, readNotebook, readStatement } from './request.ts';

const defaultPage = 100;
const logLinesInSession = 10;
/** Livy's own words, which a client compares. */
const tooMany = 'Rejected, too many sessions are being created!';

type Handle = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>;
type Query = Readonly<Record<string, unknown>>;

/** Livy's routes for sessions and statements, below `/livy/{project}`. */
export function registerLivyRoutes(
  app: FastifyInstance,
  parts: { service: Service; engine: Engine; publicOrigin: string; projectFolder: (name: string) => string },
): void {
  const { service, engine, publicOrigin } = parts;

  const route = (method: 'GET' | 'POST' | 'DELETE', url: string, handler: Handle, openToAll = false) => {
    for (const path of [url, `${url}/`]) app.route({ method, url: path, handler, config: { openToAll } });
  };

  const present = async (session: SessionRecord) =>
    presentLivySession(session, {
      observed: service.observe(session),
      log: await logTail(engine.logs(session.id), logLinesInSession),
      publicOrigin,
    });

  /** The session in the path, which its client has shown to care about. */
  const find = async (request: FastifyRequest): Promise<{ client: Client; session: SessionRecord }> => {
    const { id: key } = request.params as { id: string };
    const client = clientOf(accessOf(request));
    const session = await service.findListed(client, /^\d+$/.test(key) ? { id: readInt(key) } : { name: key });
    if (session === null) throw sessionNotFound(key);
    service.seen(session.id);
    return { client, session };
  };

  /** The new session that a request asks for. */
  const create = async (request: FastifyRequest, client: Client, key: string | null): Promise<SessionRecord> => {
    const access = accessOf(request);
    const input = await readCreate(request.body, {
      ownerEmail: access.caller.user.email,
      projectFolder: parts.projectFolder(access.membership.project.name),
      notebook: readNotebook(request.headers['emberlab-notebook']),
    });
    const made = await service.create(client, key, input);
    if (!('refused' in made)) return made;
    if (made.refused === 'too-many') throw new LivyError(429, tooMany);
    throw rejected(`Duplicate session name: Some(${input.name}) for session ${made.id}`);
  };

  route('GET', '/version', async (_request, reply) => sendJson(reply, 200, livyVersion), true);

  route('GET', '/sessions', async (request, reply) => {
    const query = request.query as Query;
    const from = Math.max(readOptionalInt(query, 'from') ?? 0, 0);
    const size = Math.max(readOptionalInt(query, 'size') ?? defaultPage, 0);
    const all = await service.listListed(clientOf(accessOf(request)));
    const sessions = await Promise.all(all.slice(from, from + size).map(present));
    return sendJson(reply, 200, { from, total: all.length, sessions });
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
    const page = await logPage(engine.logs(session.id), {
      from: from === null || from < 0 ? null : from,
      size: readOptionalInt(query, 'size') ?? defaultPage,
    });
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
    await service.interrupt(session.id);
    return sendJson(reply, 200, { msg: 'interrupted' });
  });

  route('POST', '/sessions/:id/connect', async (request, reply) => {
    const { session } = await find(request);
    return sendJson(reply, 200, await present(session));
  });

  route('GET', '/sessions/:id/statements', async (request, reply) => {
    const { session } = await find(request);
    if (session.state === 'dead') throw new LivyError(400, "requirement failed: Session isn't active.");
    const query = request.query as Query;
    const { total, items } = await service.listStatements(session.id, {
      from: Math.max(readOptionalInt(query, 'from') ?? 0, 0),
      size: readOptionalInt(query, 'size'),
      newestFirst: query['order'] === 'desc',
    });
    return sendJson(reply, 200, { total_statements: total, statements: items.map(presentLivyStatement) });
  });

  route('POST', '/sessions/:id/statements', async (request, reply) => {
    const { session } = await find(request);
    const { code, kind } = readStatement(request.body, session.kind);
    const idempotencyKey = readIdempotencyKey(request.headers['idempotency-key']);
    const answer = await service.submit(session.id, { code, kind, idempotencyKey });
    if (answer === null) throw sessionNotFound(String(session.id));
    if ('refused' in answer) throw refusal(answer.refused);
    if ('full' in answer)
      throw new LivyError(429, 'Too many statements are waiting in this session. Please wait for some to end.');
    reply.header('location', `/sessions/${session.id}/statements/${answer.statement.id}`);
    return sendJson(reply, 201, presentLivyStatement(answer.statement));
  });

  route('GET', '/sessions/:id/statements/:statement', async (request, reply) => {
    const { session } = await find(request);
    const { statement: written } = request.params as { statement: string };
    const statement = await service.awaitStatement(session.id, readInt(written), goneSignal(reply));
    if (statement === null) throw new LivyError(404, 'Statement not found');
    service.seen(session.id);
    return sendJson(reply, 200, presentLivyStatement(statement));
  });

  route('POST', '/sessions/:id/statements/:statement/cancel', async (request, reply) => {
    const { session } = await find(request);
    const { statement: written } = request.params as { statement: string };
    await service.cancel(session.id, readInt(written));
    return sendJson(reply, 200, { msg: 'canceled' });
  });

  app.route({ method: ['PUT', 'PATCH'], url: '/*', handler: async (_request, reply) => reply.status(405).send() });
  app.route({
    method: ['GET', 'POST', 'DELETE', 'OPTIONS'],
    url: '/*',
    handler: async (_request, reply) => reply.status(404).send(),
  });
}

function accessOf(request: FastifyRequest): LivyAccess {
  if (request.livy === null) throw new LivyError(401, 'Please log in.');
  return request.livy;
}

const clientOf = ({ caller, membership }: LivyAccess): Client => ({
  projectId: membership.project.id,
  userId: caller.user.id,
  serverId: caller.serverId,
});

/** A statement came at the wrong time. 500 only for a dead session: one client starts a new one on that, and none runs anything twice. */
function refusal(session: SessionRecord): LivyError {
  const text = `java.lang.IllegalStateException: Session is in state ${session.state}`;
  return new LivyError(session.state === 'dead' ? 500 : 409, text);
}

/** Aborts when the client goes away before it has its answer. */
function goneSignal(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  // One that left while it was being looked up has no event to come.
  if (reply.raw.destroyed) gone.abort();
  reply.raw.once('close', () => gone.abort());
  return gone.signal;
}
