import type { FastifyReply, FastifyRequest } from 'fastify';
import type { CodeKind } from '../model.ts';
import { goneSignal, type Query } from '../livy/context.ts';
import { LivyError } from '../livy/errors.ts';
import { checkJars } from '../livy/jars.ts';
import { readInt, readOptionalInt } from '../livy/numbers.ts';
import { checkPaths } from '../livy/paths.ts';
import { sendJson } from '../livy/plugin.ts';
import { readAdd, readCompletion, readIdempotencyKey, readStatement } from '../livy/request.ts';
import { readAnswer } from './asking.ts';
import { withScheme } from './body.ts';
import { sendLogPage } from './log-routes.ts';
import { isFinal, type ExternalSession } from './model.ts';
import { presentForLivy } from './present.ts';
import { notLivy } from './refusals.ts';
import type { Below, RouteParts } from './route-parts.ts';
import { readCandidates } from './seen.ts';

/** Livy's routes below a session that runs on a project's Livy. What is Emberlab's alone is not there, as it isn't in Livy. */
export function sessionRoutes({ service, asking, statements, projectFolder }: RouteParts): Below<ExternalSession> {
  const look = async (session: ExternalSession, reply: FastifyReply) => asking.look(session, goneSignal(reply));

  /** Hands an answer on as it comes: statements and lists of them may be large, and have nothing in them that is to be changed. */
  const passOn = async (session: ExternalSession, below: string, reply: FastifyReply): Promise<FastifyReply> => {
    const stream = await asking.open(session, { method: 'GET', below, signal: goneSignal(reply) });
    if (stream.statusCode !== 200) throw await asking.refusal(session, await readAnswer(stream), 'GET');
    const length = stream.headers['content-length'];
    if (length !== undefined) reply.header('content-length', length);
    return reply.status(200).header('content-type', 'application/json;charset=utf-8').send(stream);
  };

  const statementOf = (request: FastifyRequest): number => readInt((request.params as { statement: string }).statement);

  const add = async (session: ExternalSession, request: FastifyRequest, reply: FastifyReply, word: string) => {
    const uri = readAdd(request.body);
    await checkPaths([uri], projectFolder(session.project.name));
    if (word === 'jar') await checkJars([uri]);
    const answer = await asking.ask(session, { method: 'POST', below: `/add-${word}`, body: { uri: withScheme(uri) } });
    if (answer.status >= 300) throw await asking.refusal(session, answer, 'POST');
    return sendJson(reply, 200, {});
  };

  return {
    async 'GET '(session, _request, reply) {
      const { external, log } = await look(session, reply);
      return sendJson(reply, 200, presentForLivy(external, log));
    },

    async 'GET /state'(session, _request, reply) {
      const { external } = await look(session, reply);
      return sendJson(reply, 200, { id: external.id, state: external.state });
    },

    'GET /log': (session, request, reply) => sendLogPage(asking, session, request, reply),

    async 'DELETE '(session, _request, reply) {
      await service.end(session, 'deleted');
      return sendJson(reply, 200, { msg: 'deleted' });
    },

    // Not every version of Livy has this one.
    async 'POST /stop'(session, _request, reply) {
      await service.end(session, 'stopped');
      return reply.status(204).send();
    },

    async 'POST /interrupt'(session, _request, reply) {
      await statements.interrupt(session);
      return sendJson(reply, 200, { msg: 'interrupted' });
    },

    async 'POST /connect'(session, _request, reply) {
      const answer = await asking.ask(session, { method: 'POST', below: '/connect', body: {} });
      if (answer.status >= 300) throw await asking.refusal(session, answer, 'POST');
      const { external, log } = await look(session, reply);
      return sendJson(reply, 200, presentForLivy(external, log));
    },

    async 'GET /statements'(session, request, reply) {
      const query = request.query as Query;
      const wanted = new URLSearchParams();
      for (const name of ['from', 'size']) {
        const value = readOptionalInt(query, name);
        if (value !== null) wanted.set(name, String(value));
      }
      if (query['order'] === 'desc') wanted.set('order', 'desc');
      // Livy answers 500 for a session that is not up yet, after some seconds.
      const { external } = ['idle', 'busy'].includes(session.state)
        ? { external: session }
        : await look(session, reply);
      if (isFinal(external.state)) throw new LivyError(400, "requirement failed: Session isn't active.");
      if (['not_started', 'starting'].includes(external.state)) {
        return sendJson(reply, 200, { total_statements: 0, statements: [] });
      }
      return passOn(session, `/statements${wanted.size === 0 ? '' : `?${wanted.toString()}`}`, reply);
    },

    async 'POST /statements'(session, request, reply) {
      const { code, kind } = readStatement(request.body, session.kind);
      if (kind === 'arrow') {
        throw new LivyError(
          400,
          'Statements of the kind "arrow" are Emberlab’s own: the Livy of this project has none.',
        );
      }
      const key = readIdempotencyKey(request.headers['idempotency-key']);
      const body = kind === session.kind ? { code } : { code, kind };
      const statement = await statements.submit(session, body, key);
      reply.header('location', `/sessions/${session.id}/statements/${statement.id}`);
      return sendJson(reply, 201, statement);
    },

    'GET /statements/:statement': (session, request, reply) =>
      passOn(session, `/statements/${statementOf(request)}`, reply),

    async 'POST /statements/:statement/cancel'(session, request, reply) {
      await statements.cancel(session, statementOf(request));
      return sendJson(reply, 200, { msg: 'canceled' });
    },

    async 'POST /completion'(session, request, reply) {
      const { code, kind, cursor } = readCompletion(request.body, session.kind);
      const body = { code, kind: kind satisfies CodeKind, cursor: Array.from(code).slice(0, cursor).join('').length };
      const answer = await asking.ask(session, { method: 'POST', below: '/completion', body });
      if (answer.status !== 200) throw await asking.refusal(session, answer, 'POST');
      const candidates = readCandidates(answer.json);
      if (candidates === null) throw notLivy('completion');
      return sendJson(reply, 200, { candidates });
    },

    'POST /add-jar': (session, request, reply) => add(session, request, reply, 'jar'),
    'POST /add-pyfile': (session, request, reply) => add(session, request, reply, 'pyfile'),
    'POST /add-file': (session, request, reply) => add(session, request, reply, 'file'),
  };
}
