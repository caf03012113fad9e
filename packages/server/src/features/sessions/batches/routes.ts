import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Engine } from '../../../engines/engine.ts';
import { logPage, logTail } from '../log.ts';
import type { Client } from '../service.ts';
import { accessOf, clientOf, goneSignal, routeIn, type Query } from '../livy/context.ts';
import { nameTaken, sessionNotFound, tooMany } from '../livy/errors.ts';
import { readInt, readOptionalInt } from '../livy/numbers.ts';
import { sendJson } from '../livy/plugin.ts';
import { readIdempotencyKey } from '../livy/request.ts';
import type { BatchRecord } from './model.ts';
import { presentForLivy } from './present.ts';
import { readBatch } from './request.ts';
import type { BatchService } from './service.ts';

const defaultPage = 100;
const maxPage = 1000;
const logLinesInBatch = 10;

const present = async (engine: Engine, batch: BatchRecord) =>
  presentForLivy(batch, await logTail(engine.batches.logs(batch.id), logLinesInBatch));

/** A page of a member's batches, as Livy shows them. */
export async function batchPage(
  { service, engine }: { service: BatchService; engine: Engine },
  client: Client,
  page: { from: number; size: number },
): Promise<{ total: number; items: Record<string, unknown>[] }> {
  const { total, items } = await service.list(client, page);
  return { total, items: await Promise.all(items.map((batch) => present(engine, batch))) };
}

/** Livy's routes for batches, below `/livy/{project}`. */
export function registerBatchRoutes(
  app: FastifyInstance,
  parts: { service: BatchService; engine: Engine; projectFolder(name: string): string },
): void {
  const { service, engine } = parts;
  const route = routeIn(app);

  /** The batch in the path. Throws Livy's 404, also for what is somebody else's. */
  const find = async (request: FastifyRequest): Promise<BatchRecord> => {
    const { id: key } = request.params as { id: string };
    const client = clientOf(accessOf(request));
    const batch = await service.find(client, /^\d+$/.test(key) ? { id: readInt(key) } : { name: key });
    // Livy's own words: its batches are sessions.
    if (batch === null) throw sessionNotFound(key);
    return batch;
  };

  /** The new batch that a request asks for. */
  const create = async (request: FastifyRequest, client: Client, key: string | null): Promise<BatchRecord> => {
    const access = accessOf(request);
    const input = await readBatch(request.body, {
      ownerEmail: access.caller.user.email,
      projectFolder: parts.projectFolder(access.membership.project.name),
    });
    const made = await service.create(client, key, input);
    if (!('refused' in made)) return made;
    if (made.refused === 'too-many') throw tooMany(made.most);
    throw nameTaken(input.name, made.id);
  };

  route('GET', '/batches', async (request, reply) => {
    const query = request.query as Query;
    const from = Math.max(readOptionalInt(query, 'from') ?? 0, 0);
    const size = Math.min(Math.max(readOptionalInt(query, 'size') ?? defaultPage, 0), maxPage);
    const { total, items } = await batchPage(parts, clientOf(accessOf(request)), { from, size });
    return sendJson(reply, 200, { from, total, sessions: items });
  });

  route('POST', '/batches', async (request, reply) => {
    const client = clientOf(accessOf(request));
    const key = readIdempotencyKey(request.headers['idempotency-key']);
    // Before all checks: a file that was there for the first request may be gone for its repetition.
    const known = key === null ? null : await service.find(client, { idempotencyKey: key });
    const batch = known ?? (await create(request, client, key));
    reply.header('location', `/batches/${batch.id}`);
    return sendJson(reply, 201, await present(engine, batch));
  });

  route('GET', '/batches/:id', async (request, reply) =>
    sendJson(reply, 200, await present(engine, await find(request))),
  );

  route('GET', '/batches/:id/state', async (request, reply) => {
    const { id, state } = await find(request);
    return sendJson(reply, 200, { id, state });
  });

  route('GET', '/batches/:id/log', async (request, reply) => {
    const { id } = await find(request);
    const query = request.query as Query;
    const from = readOptionalInt(query, 'from');
    const wanted = {
      from: from === null || from < 0 ? null : from,
      size: readOptionalInt(query, 'size') ?? defaultPage,
    };
    const page = await logPage(engine.batches.logs(id), wanted, goneSignal(reply));
    return sendJson(reply, 200, { id, ...page });
  });

  route('DELETE', '/batches/:id', async (request, reply) => {
    await service.delete(await find(request), goneSignal(reply));
    return sendJson(reply, 200, { msg: 'deleted' });
  });
}
