import { STATUS_CODES } from 'node:http';
import { errorTable } from '@emberlab/contract';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { HttpError } from '../../../http/errors.ts';
import { atLeast, mustBeIn, type Membership } from '../../../http/router.ts';
import { isDiskFull } from '../../../lib/disk-full.ts';
import type { Log } from '../../../lib/log.ts';
import type { GatewayCaller } from '../../users/index.ts';
import type { SessionsDeps } from '../deps.ts';
import { maxBodyBytes } from '../limits.ts';
import { isFlat } from './flat.ts';
import { limitRefusal, LivyError, rejected } from './errors.ts';
import { checkProxyUser } from './request.ts';

/** Who asks, and as what in the project of the path. */
export type LivyAccess = { readonly caller: GatewayCaller; readonly membership: Membership };

declare module 'fastify' {
  interface FastifyRequest {
    /** set for every route below `/livy/{project}` but `/version` */
    livy: LivyAccess | null;
    /** when that was looked at, by `performance.now()` */
    livyAdmittedAt: number;
  }
}

/** Answers as Livy does: JSON with this exact type, whatever the request accepts. */
export const sendJson = (reply: FastifyReply, status: number, body: unknown): FastifyReply =>
  reply.status(status).header('content-type', 'application/json;charset=utf-8').send(JSON.stringify(body));

/**
 * The scope of the dialect: it reads bodies, checks callers and writes errors in Livy's way, and the rest of the application notices nothing of it.
 */
export function livyScope(
  app: FastifyInstance,
  options: Pick<SessionsDeps, 'authenticateGateway' | 'findMembership'> & {
    log: Log;
    /** whether all but reads need the header X-Requested-By */
    requestedBy: boolean;
    slowBodyMs: number;
    routes: (app: FastifyInstance) => void;
  },
): void {
  app.decorateRequest('livy', null);
  app.decorateRequest('livyAdmittedAt', 0);

  // Bodies are JSON whatever their type says; the Java client and curl say other things, or nothing.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: maxBodyBytes }, (_request, body: Buffer, done) => {
    if (body.length > maxBodyBytes && !isFlat(body)) {
      return done(
        new LivyError(413, 'A request of this size may have one long text in it, and not many small things.'),
      );
    }
    try {
      done(null, JSON.parse(body.toString('utf8')));
    } catch (error) {
      done(new LivyError(400, `The body is not JSON: ${(error as Error).message}`));
    }
  });

  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-content-type-options', 'nosniff');
    if (request.routeOptions.config.takesForm !== true) delete request.headers['content-type'];
    checkVersion(request);
    if (options.requestedBy) checkRequestedBy(request);
    request.livy = request.routeOptions.config.openToAll === true ? null : await admit(request, options);
    request.doer = request.livy === null ? null : doerOf(request.livy);
    request.livyAdmittedAt = performance.now();
  });

  // Who was let in may be so no more when a body has come at last that was sent slowly.
  app.addHook('preHandler', async (request) => {
    const waited = performance.now() - request.livyAdmittedAt;
    if (request.livy !== null && waited > options.slowBodyMs) request.livy = await admit(request, options);
  });

  app.setErrorHandler((error, request, reply) => {
    const [status, message] = explain(error, request, options.log);
    if (status === 401) reply.header('www-authenticate', 'Basic realm="Emberlab"');
    const hint = error instanceof LivyError ? error.hint : undefined;
    return sendJson(reply, status, { msg: message, ...(hint === undefined ? {} : { hint }) });
  });

  options.routes(app);
}

/** Who asks, for the audit log. */
const doerOf = ({ caller: { user, tokenId }, membership: { project } }: LivyAccess): FastifyRequest['doer'] => ({
  user,
  via: 'livy',
  tokenId,
  project,
});

declare module 'fastify' {
  interface FastifyContextConfig {
    /** answered to anybody, logged in or not */
    openToAll?: boolean;
    /** its body is a form with a file, as it says itself, and not JSON */
    takesForm?: boolean;
  }
}

/** Throws Livy's 406 for a version of its API that doesn't exist. */
function checkVersion(request: FastifyRequest): void {
  const version = /application\/vnd\.livy\.v([\w.]+)\+json/.exec(request.headers.accept ?? '')?.[1];
  if (version !== undefined && version !== '0.1') throw new LivyError(406, `No value found for '${version}'`);
}

/** Throws Livy's 400 for a request that a page of another site could have sent: a header of its own is what such a page can't add. */
function checkRequestedBy(request: FastifyRequest): void {
  const reads = ['GET', 'HEAD', 'OPTIONS'].includes(request.method);
  if (reads || request.headers['x-requested-by'] !== undefined) return;
  throw new LivyError(
    400,
    'Missing Required Header for CSRF protection. Please send the header X-Requested-By, with any value.',
  );
}

/** Who asks, once their token and their role have been checked: viewers may look, editors may run. */
async function admit(
  request: FastifyRequest,
  { authenticateGateway, findMembership }: Pick<SessionsDeps, 'authenticateGateway' | 'findMembership'>,
): Promise<LivyAccess> {
  const caller = await authenticateGateway(request);
  if (caller === null)
    throw new LivyError(401, 'Please log in: a valid token is needed, as the password of Basic or as Bearer.');
  const { project } = request.params as { project: string };
  const membership = await findMembership(project, caller.user.id);
  const opened = membership !== null && (caller.projectIds?.includes(membership.project.id) ?? true);
  if (!opened) throw new LivyError(404, `Project '${project.slice(0, 100)}' not found.`);
  const reads = request.method === 'GET' || request.method === 'HEAD';
  if (!reads && !caller.mayRun) throw new HttpError('token_limited');
  if (!reads && !atLeast(membership.role, 'editor')) throw new HttpError('forbidden');
  mustBeIn(reads ? ['active', 'archived'] : ['active'], membership);
  const { doAs } = request.query as { doAs?: string | string[] };
  for (const name of [doAs ?? []].flat()) checkProxyUser(name, caller.user.email);
  return { caller, membership };
}

function explain(error: unknown, request: FastifyRequest, log: Log): [status: number, message: string] {
  if (error instanceof LivyError) return [error.status, error.message];
  if (error instanceof HttpError && error.code === 'limit_reached')
    return explain(limitRefusal(error.message), request, log);
  if (error instanceof HttpError && error.code === 'engine_not_allowed')
    return explain(rejected(error.message), request, log);
  // Not ready is no fault: a status of the table, all below 500 but for real faults.
  if (error instanceof HttpError && error.status < 500) return [error.status, error.message];
  const status = (error as { statusCode?: unknown }).statusCode;
  if (typeof status === 'number' && status >= 400 && status < 500) {
    return [status, status === 413 ? 'The request is too large.' : (STATUS_CODES[status] ?? 'Bad Request')];
  }
  log.error({ err: error, requestId: request.id }, 'a request of a Livy client failed');
  const full = isDiskFull(error);
  const message = full
    ? errorTable.disk_full.message
    : `Something went wrong on our side. The log has the details under the request ${request.id}.`;
  // sparkmagic would send a POST up to nine times again, and each might run.
  return [request.method === 'POST' ? 400 : full ? errorTable.disk_full.status : 500, message];
}
