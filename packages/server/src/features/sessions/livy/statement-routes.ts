import { connectionLost } from '../link/questions.ts';
import type { SessionRecord } from '../model.ts';
import { isFinal, takesStatements } from '../state.ts';
import { goneSignal, wrongState, type LivyContext, type Query } from './context.ts';
import { LivyError, sessionNotFound } from './errors.ts';
import { readInt, readOptionalInt } from './numbers.ts';
import { sendJson } from './plugin.ts';
import { presentLivyStatement } from './present.ts';
import { readIdempotencyKey, readStatement, readWait } from './request.ts';

const noRows =
  'This statement has no rows to fetch. Those of the last five statements of the kind "arrow" are kept, if they succeeded.';
const rowsGone = 'The rows of this statement are gone: the Spark application that had them has ended.';

/** Livy's routes for statements, and ours beside them. */
export function registerStatementRoutes({ service, asks, route, find }: LivyContext): void {
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

  route(
    'POST',
    '/sessions/:id/statements',
    async (request, reply) => {
      const { session } = await find(request);
      service.used(session.id);
      const { code, kind } = readStatement(request.body, session.kind);
      const idempotencyKey = readIdempotencyKey(request.headers['idempotency-key']);
      const answer = await service.submit(session.id, { code, kind, idempotencyKey });
      if (answer === null) throw sessionNotFound(String(session.id));
      if ('refused' in answer) throw refusal(answer.refused);
      if ('full' in answer)
        throw new LivyError(429, 'Too many statements are waiting in this session. Please wait for some to end.');
      reply.header('location', `/sessions/${session.id}/statements/${answer.statement.id}`);
      // Ours: whoever says that they would wait may have the result at once, without a second request.
      const ms = readWait(request.headers.prefer);
      if (ms === 0) return sendJson(reply, 201, presentLivyStatement(answer.statement));
      reply.header('preference-applied', 'wait');
      const ended = await service.awaitStatement(session.id, answer.statement.id, goneSignal(reply), ms);
      return sendJson(reply, 201, presentLivyStatement(ended ?? answer.statement));
    },
    { hasCode: true },
  );

  route('GET', '/sessions/:id/statements/:statement', async (request, reply) => {
    const { session } = await find(request);
    const { statement: written } = request.params as { statement: string };
    const statement = await service.awaitStatement(session.id, readInt(written), goneSignal(reply));
    if (statement === null) throw new LivyError(404, 'Statement not found');
    service.seen(session.id);
    return sendJson(reply, 200, presentLivyStatement(statement));
  });

  // Ours: no other server of this dialect tells what a statement prints while it runs.
  route('GET', '/sessions/:id/statements/:statement/output', async (request, reply) => {
    const { session } = await find(request);
    const { statement: written } = request.params as { statement: string };
    const id = readInt(written);
    const from = Math.max(readOptionalInt(request.query as Query, 'from') ?? 0, 0);
    const now = await service.awaitOutput(session.id, id, from, goneSignal(reply));
    if (now === null) throw new LivyError(404, 'Statement not found');
    service.seen(session.id);
    const { state, progress, stages, output } = now;
    return sendJson(reply, 200, { id, state, ...(output ?? { from, text: '', next: from }), progress, stages });
  });

  // Ours: the rows that a statement of the kind `arrow` has brought, as its driver has them.
  route('GET', '/sessions/:id/statements/:statement/arrow', async (request, reply) => {
    const { session } = await find(request);
    const { statement: written } = request.params as { statement: string };
    const id = readInt(written);
    const statement = await service.findProgress(session.id, id);
    if (statement === null) throw new LivyError(404, 'Statement not found');
    if (statement.kind !== 'arrow') throw new LivyError(404, noRows);
    if (!isFinal(statement.state)) throw new LivyError(409, 'This statement has not ended yet, so it has no rows.');
    if (!takesStatements(session.state)) throw new LivyError(404, rowsGone);
    const rows = await asks.rows(session.id, id, goneSignal(reply));
    if (rows === 'absent') throw new LivyError(404, noRows);
    // Another try may find the driver back: the one thing here that 5xx is for.
    if (rows === 'away') throw new LivyError(503, connectionLost().message);
    return reply.status(200).header('content-type', 'application/vnd.apache.arrow.stream').send(rows);
  });

  route('POST', '/sessions/:id/statements/:statement/cancel', async (request, reply) => {
    const { session } = await find(request);
    const { statement: written } = request.params as { statement: string };
    service.used(session.id);
    await service.cancel(session.id, readInt(written));
    return sendJson(reply, 200, { msg: 'canceled' });
  });
}

/** A statement came at the wrong time. 500 only for a dead session: one client starts a new one on that, and none runs anything twice. */
const refusal = (session: SessionRecord): LivyError => wrongState(session, session.state === 'dead' ? 500 : 409);
