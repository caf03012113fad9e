import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Engine } from '../../../engines/engine.ts';
import type { Asks } from '../asks.ts';
import { maxCodeBodyBytes } from '../limits.ts';
import { logTail } from '../log.ts';
import type { SessionRecord } from '../model.ts';
import type { Client, Service } from '../service.ts';
import type { Uploads } from '../uploads.ts';
import { takesStatements } from '../state.ts';
import { livyAudit } from './audit.ts';
import { LivyError, sessionNotFound } from './errors.ts';
import { readInt } from './numbers.ts';
import type { LivyAccess } from './plugin.ts';
import { presentLivySession } from './present.ts';

const logLinesInSession = 10;

type Handle = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>;
export type Query = Readonly<Record<string, unknown>>;

export type LivyParts = {
  readonly service: Service;
  readonly asks: Asks;
  readonly uploads: Uploads;
  readonly engine: Engine;
  readonly publicOrigin: string;
  /** Throws `limit_reached` where files take more room than they may. */
  mustHaveDisk(whose: { projectId: string; userId: string }): Promise<unknown>;
  projectFolder(name: string): string;
};

export type LivyContext = ReturnType<typeof createLivyContext>;

/** Makes routes, each with and without a slash at its end. `hasCode`: the body may be as large as people's code. */
export const routeIn =
  (app: FastifyInstance) =>
  (
    method: 'GET' | 'POST' | 'DELETE',
    url: string,
    handler: Handle,
    { openToAll = false, hasCode = false }: { openToAll?: boolean; hasCode?: boolean } = {},
  ): void => {
    const limits = hasCode ? { bodyLimit: maxCodeBodyBytes } : {};
    const config = { openToAll, audit: livyAudit(method, url) };
    for (const path of [url, `${url}/`]) app.route({ method, url: path, handler, config, ...limits });
  };

/** What Livy's routes for sessions have in common. */
export function createLivyContext(app: FastifyInstance, parts: LivyParts) {
  const { service, engine, publicOrigin } = parts;
  const present = async (session: SessionRecord) =>
    presentLivySession(session, {
      observed: service.observe(session),
      log: await logTail(engine.logs(session.id), logLinesInSession),
      publicOrigin,
    });
  return {
    ...parts,

    route: routeIn(app),

    present,

    /** A page of a client's own sessions. */
    async page(client: Client, { from, size }: { from: number; size: number }) {
      const all = await service.listListed(client);
      return { total: all.length, items: await Promise.all(all.slice(from, from + size).map(present)) };
    },

    /** The session in the path, which its client has shown to care about. Throws Livy's 404, also for what is somebody else's. */
    async find(request: FastifyRequest): Promise<{ client: Client; session: SessionRecord }> {
      const { id: key } = request.params as { id: string };
      const client = clientOf(accessOf(request));
      const session = await service.findListed(client, /^\d+$/.test(key) ? { id: readInt(key) } : { name: key });
      if (session === null) throw sessionNotFound(key);
      service.seen(session.id);
      return { client, session };
    },
  };
}

export function accessOf(request: FastifyRequest): LivyAccess {
  if (request.livy === null) throw new LivyError(401, 'Please log in.');
  return request.livy;
}

export const clientOf = ({ caller, membership }: LivyAccess): Client => ({
  projectId: membership.project.id,
  userId: caller.user.id,
  serverId: caller.serverId,
  executionId: caller.executionId ?? null,
});

/** Livy's words for a request that came at the wrong time. */
export const wrongState = (session: SessionRecord, status = 409): LivyError =>
  new LivyError(status, `java.lang.IllegalStateException: Session is in state ${session.state}`);

/** Throws a 409 for a session whose driver is not there to be asked. */
export function checkReady(session: SessionRecord): void {
  if (!takesStatements(session.state)) throw wrongState(session);
}

/** Made once: each answer's end would make another, with its trace. */
const left = new Error('The client has gone.');

/** Aborts when the client goes away before it has its answer. */
export function goneSignal(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  // One that left while it was being looked up has no event to come.
  if (reply.raw.destroyed) gone.abort(left);
  reply.raw.once('close', () => gone.abort(left));
  return gone.signal;
}
