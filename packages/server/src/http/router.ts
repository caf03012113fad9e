import {
  auditActions,
  routes,
  statesOf,
  type CallOutput,
  type ProjectState,
  type Role,
  type RouteName,
  type Routes,
  type RouteShape,
  type Scope,
} from '@emberlab/contract';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { RouteAudit } from './audit-trail.ts';
import type { Clock } from '../lib/clock.ts';
import { HttpError } from './errors.ts';
import { checkToken } from './token-rights.ts';
import { watchStream } from './stream-end.ts';

/** Who asks, as the session cookie or the token says: never from a body, a path or a header of the caller's own. */
export type Actor = {
  readonly user: { readonly id: string; readonly email: string; readonly name: string; readonly admin: boolean };
  /** the login behind a cookie; null for tokens */
  readonly loginDigest: string | null;
  /** the API token; absent for cookies */
  readonly tokenId?: string;
  /** what the token may do; null or absent: all that its user may */
  readonly scopes?: readonly Scope[] | null;
  /** the only projects that the token opens; null or absent: all of its user's */
  readonly projectIds?: readonly string[] | null;
  /** a Jupyter server whose files are elsewhere: the files of its project are all that it may ask for */
  readonly only?: 'files';
};

/** A project as its member sees it. */
export type Membership = {
  readonly project: {
    readonly id: string;
    readonly name: string;
    readonly label: string;
    readonly state: ProjectState;
  };
  readonly role: Role;
};

const rank: Readonly<Record<Role, number>> = { viewer: 0, editor: 1, owner: 2 };

/** Whether a role includes the rights of another. */
export const atLeast = (role: Role, needed: Role): boolean => rank[role] >= rank[needed];

/** Throws unless the project is in one of these states. */
export function mustBeIn(states: readonly ProjectState[], { project }: Membership): void {
  if (states.includes(project.state)) return;
  if (project.state === 'deleting') throw new HttpError('project_deleting');
  if (project.state === 'archived') throw new HttpError('project_archived');
  throw new HttpError('project_active');
}

/** What access decisions need, injected so that HTTP knows no feature. */
export type AccessControl = {
  /** null: nobody is logged in. Throws for a credential that is there but wrong. */
  authenticate(request: FastifyRequest): Promise<Actor | null>;
  /** null: no such project, or not a member; callers can't tell which. */
  findMembership(projectName: string, userId: string): Promise<Membership | null>;
};

type Out<T> = T extends z.ZodType ? z.output<T> : undefined;
type Part<N extends RouteName, K extends keyof RouteShape> = Routes[N] extends Record<K, infer T> ? T : undefined;
type ActorOf<N extends RouteName> = Routes[N]['access'] extends 'public' ? Actor | null : Actor;
type MembershipOf<N extends RouteName> = Routes[N]['access'] extends { project: Role } ? Membership : null;

/** What a handler gets: everything is read, checked and loaded already. */
export type Context<N extends RouteName> = {
  params: Out<Part<N, 'params'>>;
  query: Out<Part<N, 'query'>>;
  body: Out<Part<N, 'body'>>;
  actor: ActorOf<N>;
  membership: MembershipOf<N>;
  request: FastifyRequest;
  reply: FastifyReply;
  /** for streams: aborts when the client has gone, or has lost the right with which the stream began; its connection is cut then */
  streamEnded: Part<N, 'response'> extends z.ZodType ? null : AbortSignal;
};

/** Answers the response's value; a route without one writes to `reply` itself and returns it. */
export type Handler<N extends RouteName> = (
  context: Context<N>,
) => Promise<Part<N, 'response'> extends z.ZodType ? CallOutput<N> : FastifyReply>;

/** Registers the handlers of the contract's routes. A route that nobody handles is found by `missing()`. */
export type Router = {
  handle<N extends RouteName>(name: N, handler: Handler<N>): void;
  missing(): RouteName[];
};

/**
 * Makes a router on `app`. Every handler runs behind the route's `access`, so that a feature can't forget it; what streams without end stays behind
 * it for as long as it streams.
 */
export function createRouter(app: FastifyInstance, access: AccessControl, clock: Clock): Router {
  const handled = new Set<RouteName>();
  return {
    missing: () => (Object.keys(routes) as RouteName[]).filter((name) => !handled.has(name)),
    handle(name, handler) {
      const route: RouteShape = routes[name];
      handled.add(name);
      app.route({
        method: route.method,
        url: `/api/v1${route.path.replace(/\{(\w+)\}/g, ':$1')}`,
        config: { audit: auditOf(name, route) },
        schema: {
          operationId: name,
          summary: route.summary,
          ...(route.params === undefined ? {} : { params: route.params }),
          ...(route.query === undefined ? {} : { querystring: route.query }),
          ...(route.body === undefined ? {} : { body: route.body }),
          ...(route.response === undefined ? {} : { response: { [route.status ?? 200]: route.response } }),
        },
        // The right is checked before the body is: a stranger learns nothing from a validation message.
        preValidation: async (request) => {
          request.access = await authorize(name, request, access);
        },
        handler: async (request, reply) => {
          reply.status(route.status ?? 200);
          const mayGoOn = async () => isSame(request.access, await authorize(name, request, access));
          const streams = route.response === undefined;
          // Nor does a file go on to come from somebody who has lost the right to send it.
          const watched =
            streams || /^\s*application\/octet-stream\s*(?:;|$)/i.test(request.headers['content-type'] ?? '');
          const ended = watched ? watchStream(reply.raw, mayGoOn, clock) : null;
          const context = {
            params: request.params,
            query: request.query,
            body: request.body,
            ...request.access,
            request,
            reply,
            streamEnded: streams ? ended : null,
          } as unknown as Context<typeof name>;
          return handler(context);
        },
      });
    },
  };
}

/** What a route leaves in the audit log: what it changes, under a name of its own; else refusals, and programs that use an administrator's rights. */
function auditOf(name: RouteName, { access }: RouteShape): RouteAudit {
  const named = auditActions[name];
  if (named !== undefined && named !== null) return { ...named, records: 'always' };
  return { action: name, records: access === 'admin' ? 'token' : 'refusals' };
}

type Access = { actor: Actor | null; membership: Membership | null };

declare module 'fastify' {
  interface FastifyRequest {
    access: Access | null;
  }
}

async function authorize(name: RouteName, request: FastifyRequest, access: AccessControl): Promise<Access> {
  const route: RouteShape = routes[name];
  const actor = await access.authenticate(request);
  request.caller = actor;
  if (route.access === 'public') return { actor, membership: null };
  if (actor === null) throw new HttpError('not_logged_in');
  if (route.access === 'user' || route.access === 'admin') {
    if (route.access === 'admin' && !actor.user.admin) throw new HttpError('forbidden');
    checkToken(name, actor, null);
    return { actor, membership: null };
  }
  const { project } = request.params as { project?: unknown };
  const membership = typeof project === 'string' ? await access.findMembership(project, actor.user.id) : null;
  if (membership === null) throw new HttpError('not_found');
  checkToken(name, actor, membership.project.id);
  if (!atLeast(membership.role, route.access.project)) throw new HttpError('forbidden');
  mustBeIn(statesOf(route), membership);
  return { actor, membership };
}

/** Whether two answers of `authorize` are one right. Another role is another right: what streams was chosen by the role that it began with. */
const isSame = (before: Access | null, now: Access): boolean =>
  before !== null &&
  before.actor?.user.id === now.actor?.user.id &&
  before.membership?.project.id === now.membership?.project.id &&
  before.membership?.role === now.membership?.role;
