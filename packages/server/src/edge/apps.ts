import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline, type Duplex } from 'node:stream';
import type { Clock } from '../lib/clock.ts';
import { cookieValues } from '../lib/cookies.ts';
import { digest } from '../lib/ids.ts';
import { pathAtControl } from './app-pages.ts';
import { authorize, isForeign, type Asked, type Decision } from './authorize.ts';
import type { Feed } from './feed.ts';
import type { Forward, Forwarding, Outcome } from './forward.ts';
import { fromControl, fromTarget, toControlFromApp, toTarget } from './headers.ts';
import type { AppPlace } from './hosts.ts';
import type { Live } from './live.ts';
import type { OpenWithTicket } from './open.ts';
import { responseOn, sendError, type ErrorAnswer } from './pages.ts';
import { isReserved, ownLocation, pathOf } from './paths.ts';
import type { Target } from './protocol.ts';
import { isHarmlessTwice } from './public.ts';
import type { Refusals } from './refusals.ts';
import type { Seen } from './seen.ts';
import type { Table } from './table.ts';
import { openTunnel, type Tunnel } from './websocket.ts';

export type AppsOptions = {
  table: Table;
  feed: Feed;
  live: Live;
  seen: Seen;
  refusals: Refusals;
  forward: Forward;
  openWithTicket: OpenWithTicket;
  cookieName: string;
  controlSocket: string;
  publicOrigin: string;
  /** the client's */
  addressOf: (request: IncomingMessage) => string;
  waitMs: number;
  clock: Clock;
};

export type Apps = {
  handle(request: IncomingMessage, response: ServerResponse, place: AppPlace, requestId: string): Promise<void>;
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, place: AppPlace, requestId: string): Promise<void>;
  /** Says goodbye on every WebSocket, because the edge itself goes. */
  closeTunnels(): void;
  /** Ends those that are still there; resolves when none is. */
  endTunnels(): Promise<void>;
};

const reopen = 'If this is yours, please open it from the dashboard again.';

/** The origins of Jupyter servers and Spark UIs: who may reach what, and the way there. */
export function createApps(options: AppsOptions): Apps {
  const { table, feed, live, seen, clock, publicOrigin, addressOf, refusals } = options;
  const tunnels = new Set<Tunnel>();

  const ask = (request: IncomingMessage, webSocket: boolean): Asked => ({
    method: request.method ?? '',
    webSocket,
    origin: request.headers.origin,
    secFetchSite: whole(request.headers['sec-fetch-site']),
    secFetchMode: whole(request.headers['sec-fetch-mode']),
    secFetchDest: whole(request.headers['sec-fetch-dest']),
    cookieDigests: cookieValues(request.headers.cookie, options.cookieName).map(digest),
  });

  /** The decision, or an error's code when there is nothing to decide on yet. */
  const decide = async (asked: Asked, place: AppPlace): Promise<Decision | { allowed: false; code: 'unavailable' }> => {
    if (!table.filled() && !(await feed.until(() => table.filled(), options.waitMs))) {
      return { allowed: false, code: 'unavailable' };
    }
    return authorize(asked, place, table, clock.now());
  };

  const errorOf = (code: ErrorAnswer['code'], requestId: string): ErrorAnswer => ({
    code,
    requestId,
    dashboard: publicOrigin,
    ...(code === 'not_found' ? { hint: reopen } : {}),
  });

  /** What another page asked for is somebody's attempt, and is told; what isn't there (any more) is asked for all the time. */
  const tellRefusal = (
    code: ErrorAnswer['code'],
    request: IncomingMessage,
    place: AppPlace,
    requestId: string,
  ): void => {
    if (code === 'cross_site') refusals.note({ targetId: place.id, address: addressOf(request), requestId });
  };

  const forwardToTarget = (
    request: IncomingMessage,
    target: Target,
    place: AppPlace,
    requestId: string,
  ): Forwarding => ({
    socketPath: target.socketPath,
    path: request.url ?? '/',
    headers: toTarget(request, { ...place, ...target, requestId, address: addressOf(request), webSocket: false }),
    waitMs: target.viaControl ? options.waitMs : 0,
    // What a member's server does is not ours to do twice, reads apart.
    resend: isHarmlessTwice(request) && (target.viaControl || isRead(request)),
    shape: (raw) => fromTarget(raw, (location) => ownLocation(location, place.origin)),
  });

  return {
    async handle(request, response, place, requestId) {
      const path = pathOf(request.url ?? '/');
      const asked = ask(request, false);
      if (path === '/-/open') {
        if (isForeign(asked, place.origin)) {
          tellRefusal('cross_site', request, place, requestId);
          return sendError(request, response, errorOf('cross_site', requestId));
        }
        return options.openWithTicket(request, response, place, requestId);
      }
      const decision = await decide(asked, place);
      if (!decision.allowed) {
        tellRefusal(decision.code, request, place, requestId);
        return sendError(request, response, errorOf(refusalOf(decision.code, asked), requestId));
      }
      const controlPath = pathAtControl(asked.method, path);
      if (controlPath === null && isReserved(path)) {
        return sendError(request, response, errorOf('not_found', requestId));
      }
      const { target, grant } = decision;
      // A page that is only open is no work.
      if (controlPath === null) seen.note(target.id);
      const forget = live.add({
        target,
        grant,
        end: () => {
          request.destroy();
          response.destroy();
        },
      });
      let outcome: Outcome;
      try {
        outcome = await options.forward(
          request,
          response,
          controlPath === null
            ? forwardToTarget(request, target, place, requestId)
            : {
                socketPath: options.controlSocket,
                path: controlPath,
                headers: toControlFromApp(request, { ...place, requestId, address: addressOf(request) }),
                waitMs: options.waitMs,
                resend: isHarmlessTwice(request),
                shape: fromControl,
              },
        );
      } finally {
        forget();
      }
      if (outcome === 'refused' || outcome === 'broken') {
        const code = target.viaControl || controlPath !== null ? 'unavailable' : 'unreachable';
        sendError(request, response, errorOf(code, requestId));
      }
    },

    async upgrade(request, socket, head, place, requestId) {
      const refuse = (code: ErrorAnswer['code']) =>
        sendError(request, responseOn(socket, request), errorOf(code, requestId));
      if (request.method !== 'GET') return refuse('bad_request');
      const decision = await decide(ask(request, true), place);
      if (socket.destroyed) return;
      if (!decision.allowed) {
        tellRefusal(decision.code, request, place, requestId);
        return refuse(decision.code);
      }
      if (isReserved(pathOf(request.url ?? '/'))) return refuse('not_found');
      const { target, grant } = decision;
      const relocate = (location: string) => ownLocation(location, place.origin);
      const tunnel = openTunnel({
        request,
        socket,
        head,
        socketPath: target.socketPath,
        headers: toTarget(request, { ...place, ...target, requestId, address: addressOf(request), webSocket: true }),
        shape: (raw) => ({ ...fromTarget(raw, relocate), connection: 'Upgrade', upgrade: 'websocket' }),
        onMessage: () => seen.note(target.id),
        onRefused: (answer) => {
          // A target may run users' code: Node throws for a status that is none (RFC 9110, 15).
          const status = answer?.statusCode ?? 0;
          if (answer === null || status < 200 || status > 599) {
            answer?.destroy();
            return refuse(target.viaControl ? 'unavailable' : 'unreachable');
          }
          const response = responseOn(socket, request);
          response.writeHead(status, { ...fromTarget(answer.rawHeaders, relocate), connection: 'close' });
          pipeline(answer, response, () => undefined);
        },
      });
      tunnels.add(tunnel);
      const forget = live.add({ target, grant, end: () => tunnel.destroy() });
      try {
        await tunnel.ended;
      } finally {
        forget();
        tunnels.delete(tunnel);
      }
    },

    closeTunnels() {
      // 1012: "service restart" (IANA's registry of RFC 6455). JupyterLab takes 1001 for the end, and would not connect again by itself.
      for (const tunnel of tunnels) tunnel.close(1012);
    },

    async endTunnels() {
      for (const tunnel of tunnels) tunnel.destroy();
      await Promise.all([...tunnels].map((tunnel) => tunnel.ended));
    },
  };
}

/**
 * What a page learns that asks for data where nothing is (any more): not 404, which JupyterLab takes for a folder or kernel of its server that has gone.
 * At 424 it says that the server can't be reached, as it does behind JupyterHub.
 */
const refusalOf = (code: ErrorAnswer['code'], asked: Asked): ErrorAnswer['code'] =>
  code === 'not_found' && asked.secFetchDest === 'empty' ? 'app_not_running' : code;

/** Whether a request changes nothing, by its method (RFC 9110, 9.2.1). */
const isRead = ({ method }: IncomingMessage): boolean => method === 'GET' || method === 'HEAD';

/** A header as one text: repeated ones come joined, and so equal nothing that is asked for. */
const whole = (value: string | string[] | undefined): string | undefined =>
  Array.isArray(value) ? value.join() : value;
