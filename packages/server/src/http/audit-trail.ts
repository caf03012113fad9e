import type { AuditAction, AuditOutcome, AuditVia } from '@emberlab/contract';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** Somebody who does something, as far as it is known; what is missing is looked up. */
export type Doer = {
  readonly user: { readonly id: string; readonly email?: string } | null;
  readonly via: AuditVia;
  readonly tokenId?: string | null;
};

/** Who did what to what, from where, and what came of it. */
export type AuditRecord = Doer & {
  readonly action: string;
  readonly outcome: AuditOutcome;
  readonly target?: string | null;
  readonly project?: { readonly id: string; readonly name?: string } | null | undefined;
  readonly address?: string | null;
  readonly requestId?: string | null;
  /** of the error */
  readonly code?: string | null;
  /** how often the same came again */
  readonly repeats?: number;
};

/** What a route leaves in the audit log. `token`: a read that is worth a line when a program makes it, as those of administrators are. */
export type RouteAudit = Partial<AuditAction> & { readonly records: 'always' | 'token' | 'refusals' };

type Caller = {
  readonly user: { readonly id: string; readonly email: string };
  readonly loginDigest: string | null;
  readonly tokenId?: string | null;
};

type AuditDetails = Pick<AuditRecord, 'target' | 'project'>;

declare module 'fastify' {
  interface FastifyContextConfig {
    audit?: RouteAudit;
  }
  interface FastifyRequest {
    /** who asks and about which project, where the route knows better than its access does */
    doer: (Doer & { readonly project?: AuditRecord['project'] }) | null;
    /** who asks, known before it is decided whether they may */
    caller: Caller | null;
    /** what its route tells of it beyond its address */
    auditDetails: AuditDetails | null;
    /** the code in the error's answer */
    errorCode: string | null;
  }
}

/** For a route by which somebody becomes known, such as a login. */
export function actsAs(request: FastifyRequest, user: { id: string; email: string }): void {
  request.doer = { user, via: 'cookie' };
}

/** For a route that knows better than its address what it is about, and in which project that is. */
export function audits(request: FastifyRequest, details: AuditDetails): void {
  request.auditDetails = details;
}

const reads: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Tells `record` of every request that changes something, done or not, and of everything that was refused, before its answer goes. This is the one place:
 * a route that changes something and doesn't say what that is called can't be registered.
 */
export function auditRequests(app: FastifyInstance, record: (event: AuditRecord) => Promise<void>): void {
  app.decorateRequest('doer', null);
  app.decorateRequest('caller', null);
  app.decorateRequest('errorCode', null);
  app.decorateRequest('auditDetails', null);
  app.addHook('onRoute', ({ method, url, config }) => {
    const changes = [method].flat().some((one) => !reads.has(one));
    if (changes && config?.audit === undefined) {
      throw new Error(`${String(method)} ${url} changes something and has no name in the audit log.`);
    }
  });
  app.addHook('onSend', async (request, reply) => {
    const event = eventOf(request, reply);
    if (event !== null) await record(event);
  });
}

function eventOf(request: FastifyRequest, reply: FastifyReply): AuditRecord | null {
  const { audit } = request.routeOptions.config;
  // Most requests read, and are let in: nothing is to be told of them.
  if (reply.statusCode < 400 && (audit === undefined || audit.records === 'refusals')) return null;
  const outcome = outcomeOf(request, reply.statusCode);
  const doer = request.doer ?? fromAccess(request);
  const recorded =
    outcome === 'refused' ||
    audit?.records === 'always' ||
    (audit?.records === 'token' && outcome === 'done' && doer.via === 'token');
  if (!recorded) return null;
  return {
    ...doer,
    action: audit?.action ?? `${request.method} ${request.routeOptions.url ?? ''}`.trim(),
    outcome,
    target: targetOf(audit?.target, request, reply),
    ...request.auditDetails,
    address: request.ip,
    requestId: request.id,
    code: request.errorCode ?? (outcome === 'done' ? null : String(reply.statusCode)),
  };
}

/** Nobody learns whether a project is there that isn't theirs, so that refusal reads `not found`; here it is what it is. */
function outcomeOf(request: FastifyRequest, status: number): AuditOutcome {
  // A browser that comes back from the login provider is led on, whatever came of it.
  if (status < 400) return request.errorCode === null ? 'done' : 'refused';
  if (status === 401 || status === 403) return 'refused';
  const { params } = request as { params?: { project?: unknown } | null };
  const notLetIn = status === 404 && request.access === null && request.doer === null && params?.project !== undefined;
  return notLetIn ? 'refused' : 'failed';
}

function fromAccess({ access, caller }: FastifyRequest): Doer & { project?: AuditRecord['project'] } {
  const actor = access?.actor ?? caller;
  if (actor === null) return { user: null, via: 'nobody' };
  return {
    user: actor.user,
    via: actor.loginDigest === null ? 'token' : 'cookie',
    tokenId: actor.tokenId ?? null,
    project: access?.membership?.project ?? null,
  };
}

/** What the request is about; where nobody was let in, the project that it named. */
function targetOf(path: AuditAction['target'], request: FastifyRequest, reply: FastifyReply): string | null {
  if (path === 'location') {
    const location = reply.getHeader('location');
    if (typeof location === 'string') return location.split('/').at(-1) ?? null;
  } else if (path !== undefined) {
    const [part = '', name = ''] = path.split('.');
    const value = (request as unknown as Record<string, Record<string, unknown> | null | undefined>)[part]?.[name];
    if (typeof value === 'string' || typeof value === 'number') return String(value);
  }
  const { project } = (request.params ?? {}) as { project?: unknown };
  return request.access === null && request.doer === null && typeof project === 'string' ? project : null;
}
