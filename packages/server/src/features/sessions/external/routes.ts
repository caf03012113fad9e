import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { accessOf, clientOf, type Query } from '../livy/context.ts';
import { LivyError } from '../livy/errors.ts';
import { readInt, readOptionalInt } from '../livy/numbers.ts';
import { sendJson, type LivyAccess } from '../livy/plugin.ts';
import { readIdempotencyKey } from '../livy/request.ts';
import type { Client } from '../model.ts';
import { batchRoutes } from './batch-routes.ts';
import { passedOn } from './client.ts';
import type { External, ExternalType } from './model.ts';
import { presentForLivy } from './present.ts';
import { readBatchMaking, readSessionMaking } from './request.ts';
import type { Below, RouteParts } from './route-parts.ts';
import { sessionRoutes } from './session-routes.ts';

const defaultPage = 100;
const maxPage = 1000;

/** A page of what runs on Emberlab itself, as Livy shows it: a project whose Livy has changed may have both for a while. */
export type NativePage = (
  client: Client,
  page: { from: number; size: number },
) => Promise<{ total: number; items: Record<string, unknown>[] }>;

const types: Readonly<Record<string, ExternalType>> = { sessions: 'session', batches: 'batch' };

/**
 * Answers requests for what runs, or is to run, on a project's Livy, before the gateway's own routes see them; those see all others. Who asks has been
 * checked as for any other request, so a session of somebody else is not there.
 */
export function registerExternalGate(
  app: FastifyInstance,
  parts: RouteParts & { readonly native: Readonly<Record<ExternalType, NativePage>> },
): void {
  const { service } = parts;
  const below = { session: sessionRoutes(parts), batch: batchRoutes(parts) } as Record<ExternalType, Below<External>>;

  const list = async (type: ExternalType, access: LivyAccess, request: FastifyRequest, reply: FastifyReply) => {
    const query = request.query as Query;
    const from = Math.max(readOptionalInt(query, 'from') ?? 0, 0);
    const size = Math.min(Math.max(readOptionalInt(query, 'size') ?? defaultPage, 0), maxPage);
    const client = clientOf(access);
    const own = await parts.native[type](client, { from, size });
    const page = { from: Math.max(from - own.total, 0), size: size - own.items.length };
    const external = await service.list(type, client, page);
    if (external.total === 0) return null;
    return sendJson(reply, 200, {
      from,
      total: own.total + external.total,
      sessions: [...own.items, ...external.items.map((item) => presentForLivy(item, []))],
    });
  };

  const create = async (type: ExternalType, access: LivyAccess, request: FastifyRequest, reply: FastifyReply) => {
    const server = await service.serverOf(access.membership.project.id);
    if (server === null) return null;
    refusePassedOn(request);
    const client = clientOf(access);
    const key = readIdempotencyKey(request.headers['idempotency-key']);
    const read = type === 'session' ? readSessionMaking : readBatchMaking;
    const external = await service.create(server, client, type, key, () =>
      read(request, { access, server, projectFolder: parts.projectFolder(access.membership.project.name) }),
    );
    reply.header('location', `/${type === 'session' ? 'sessions' : 'batches'}/${external.id}`);
    return sendJson(reply, 201, presentForLivy(external, []));
  };

  const one = async (
    type: ExternalType,
    access: LivyAccess,
    request: FastifyRequest,
    reply: FastifyReply,
    path: string,
  ) => {
    const { id: key } = request.params as { id: string };
    const external = await service.findListed(
      type,
      clientOf(access),
      /^\d+$/.test(key) ? { id: readInt(key) } : { name: key },
    );
    if (external === null) return null;
    refusePassedOn(request);
    const handle = below[type][`${methodOf(request)} ${path}`];
    if (handle === undefined) {
      throw new LivyError(404, `This is not to be had of a ${type} that runs on the project's own Livy.`);
    }
    return handle(external, request, reply);
  };

  /** Null: it is for the gateway's own routes. */
  const answer = async (
    access: LivyAccess,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<FastifyReply | null> => {
    const [, , , word = '', id, ...rest] = (request.routeOptions.url ?? '').replace(/\/$/, '').split('/');
    const type = types[word];
    if (type === undefined) return null;
    if (id === ':id') return one(type, access, request, reply, rest.map((part) => `/${part}`).join(''));
    if (id !== undefined) return null;
    return methodOf(request) === 'GET' ? list(type, access, request, reply) : create(type, access, request, reply);
  };

  app.addHook('preHandler', async (request, reply) => {
    if (request.livy !== null) await answer(accessOf(request), request, reply);
  });
}

const methodOf = ({ method }: FastifyRequest): string => (method === 'HEAD' ? 'GET' : method);

/** Two projects, here or on two machines, could name each other's gateways. */
function refusePassedOn(request: FastifyRequest): void {
  if (request.headers[passedOn] !== undefined) {
    throw new LivyError(
      400,
      'This project hands its sessions on to a Livy itself, so no other Emberlab can hand sessions on to it.',
    );
  }
}
