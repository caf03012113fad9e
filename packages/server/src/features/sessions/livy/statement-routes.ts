import type { SessionRecord } from '../model.ts';
import { goneSignal, wrongState, type LivyContext, type Query } from './context.ts';
import { LivyError, sessionNotFound } from './errors.ts';
import { readInt, readOptionalInt } from './numbers.ts';
import { sendJson } from './plugin.ts';
import { presentLivyStatement } from './present.ts';
import { readIdempotencyKey, readStatement } from './request.ts';

/** Livy's routes for statements. */
export function registerStatementRoutes({ service, route, find }: LivyContext): void {
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
}

/** A statement came at the wrong time. 500 only for a dead session: one client starts a new one on that, and none runs anything twice. */
const refusal = (session: SessionRecord): LivyError => wrongState(session, session.state === 'dead' ? 500 : 409);
