import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Config } from '../config.ts';
import { systemClock, type Clock } from '../lib/clock.ts';
import { agentHosts, createAgents, isAgent } from './agents.ts';
import { createApps } from './apps.ts';
import { createCallControl } from './control.ts';
import { createDrain } from './drain.ts';
import { followFeed } from './feed.ts';
import { createForward } from './forward.ts';
import { isEncrypted, openFront } from './front.ts';
import { createGate } from './gate.ts';
import { createHosts, type Hosts } from './hosts.ts';
import { createLive } from './live.ts';
import type { Log } from '../lib/log.ts';
import { createOpenWithTicket } from './open.ts';
import { responseOn, sendError } from './pages.ts';
import { createPublic } from './public.ts';
import { createProxies } from './proxies.ts';
import { findReaders } from './readers.ts';
import { createRefusals } from './refusals.ts';
import { createReport } from './report.ts';
import { createSecure } from './secure.ts';
import { createSeen } from './seen.ts';
import { createTable } from './table.ts';

export type EdgeConfig = Pick<Config, 'host' | 'port' | 'publicOrigin' | 'appsOrigin' | 'tls' | 'trustedProxies'> & {
  /** absent: it is the only one */
  readonly replicas?: boolean;
  /** absent: all servers are on this machine */
  readonly innerOrigin?: string | null;
  /** absent: all drivers are on this machine */
  readonly engines?: Config['engines'];
  readonly paths: Pick<Config['paths'], 'agentSocket' | 'controlSocket' | 'edgeSocket'> &
    Partial<Pick<Config['paths'], 'readers'>>;
};

export type Edge = {
  address: AddressInfo;
  /** what is open to targets at the moment */
  connections(): number;
  /** Stops accepting, lets requests finish for up to `graceMs`, says goodbye on WebSockets, then ends what is left. One of several leaves first (`drain.ts`). */
  close(): Promise<void>;
};

export type EdgeOptions = {
  clock?: Clock;
  /** how long requests wait for control */
  waitMs?: number;
  graceMs?: number;
  /** of one of several: how long what is under way may take, and how long it waits for a next request on an open connection */
  leaveMs?: { readonly grace: number; readonly idle: number };
};

/**
 * Serves the public port until closed. Rejects with a sentence for the operator when the port can't be had. It needs nothing of control to start:
 * requests wait for it.
 */
export async function runEdge(config: EdgeConfig, log: Log, options: EdgeOptions = {}): Promise<Edge> {
  const { clock = systemClock, waitMs = 30_000, graceMs = 5000, leaveMs = { grace: 30_000, idle: 3000 } } = options;
  const { replicas = false } = config;
  const readers = replicas ? await findReaders({ folder: config.paths.readers ?? '', clock }) : null;
  // Nothing is waited for between this and the handlers below: a request that came in between would have nobody.
  const front = await openFront({
    ...config,
    replicas,
    clock,
    log,
    http: {
      insecureHTTPParser: false,
      maxHeaderSize: 32 * 1024,
      headersTimeout: 30_000,
      // uploads take as long as they take; one that stands still is ended in forward.ts
      requestTimeout: 0,
      connectionsCheckingInterval: 5000,
      keepAliveTimeout: 75_000,
      noDelay: true,
      // an offer of another protocol (h2c) may be ignored, and is (RFC 9110, 7.8)
      shouldUpgradeCallback: (request) => request.headers.upgrade?.toLowerCase() === 'websocket',
    },
  }).catch((error: unknown) => {
    readers?.close();
    throw error;
  });
  const { address } = front;
  const hosts = createHosts({ ...config, port: address.port });

  const drain = createDrain({ front, clock, idleMs: leaveMs.idle, graceMs: leaveMs.grace });
  const closing = new AbortController();
  const table = createTable();
  const live = createLive(table, clock);
  const gate = createGate(clock);
  const feed = followFeed({ socketPath: config.paths.edgeSocket, table, clock, log, onLoss: () => live.sweep() });
  const call = createCallControl({ socketPath: config.paths.edgeSocket, gate, clock });
  const seen = createSeen({ call, clock, signal: closing.signal });
  const refusals = createRefusals({ call, clock, signal: closing.signal });
  const forward = createForward({ clock, gate, closing: closing.signal });
  const proxies = createProxies(config.trustedProxies);
  const { addressOf } = proxies;
  const { publicOrigin, secureApps } = hosts;
  const secure = createSecure({ tls: config.tls !== null, publicOrigin, proxies });
  const report = createReport({ call, clock, signal: closing.signal, connections: () => live.size() });
  // `__Host-` binds the cookie to this very host; browsers take such a name over https alone (RFC 6265bis, 4.1.3.2)
  const cookieName = secureApps ? '__Host-emberlab_app' : 'emberlab_app';
  const openWithTicket = createOpenWithTicket({
    call,
    feed,
    table,
    cookieName,
    secure: secureApps,
    publicOrigin,
    waitMs,
  });
  const apps = createApps({
    table,
    feed,
    live,
    seen,
    refusals,
    forward,
    openWithTicket,
    cookieName,
    controlSocket: config.paths.controlSocket,
    publicOrigin,
    addressOf,
    waitMs,
    clock,
  });
  const toPublic = createPublic({ controlSocket: config.paths.controlSocket, readers, forward, addressOf, waitMs });
  const strangers = strangerLog(hosts, log, clock);

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const requestId = requestIdOf(request);
    if (!isPlain(request)) return sendError(request, response, { code: 'bad_request', requestId, dashboard: null });
    const place = hosts.classify(request.headers.host, isEncrypted(request));
    report.count(response, place?.kind ?? 'other');
    if (place === null) {
      strangers(request);
      return sendError(request, response, { code: 'not_found', requestId, dashboard: null });
    }
    const instead = secure.originInstead(request, place);
    if (instead !== null) return sendElsewhere(request, response, instead, requestId);
    const strict = secure.strictTransport(place);
    if (strict !== null) response.setHeader('strict-transport-security', strict);
    if (place.kind === 'public') return toPublic(request, response, place, requestId);
    return apps.handle(request, response, place, requestId);
  };
  // Nobody else has to come that way.
  const hasAgents = (config.engines ?? []).some(({ type }) => type === 'yarn' || type === 'kubernetes');
  const agents = createAgents(config.paths.agentSocket);
  const innerHosts = agentHosts(config.engines ?? []);
  const upgrade = async (request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> => {
    const requestId = requestIdOf(request);
    const place = isPlain(request) ? hosts.classify(request.headers.host, isEncrypted(request)) : null;
    const isOurs = place !== null && secure.originInstead(request, place) === null;
    if (isOurs && place.kind === 'app') return apps.upgrade(request, socket, head, place, requestId);
    const mayBeAgent = isOurs || (isPlain(request) && innerHosts.has(request.headers.host?.toLowerCase() ?? ''));
    if (hasAgents && mayBeAgent && isAgent(request)) return agents.upgrade(request, socket, head);
    sendError(request, responseOn(socket, request), { code: 'bad_request', requestId, dashboard: null });
  };

  for (const server of front.servers) {
    server.on('request', (request, response) => {
      response.on('error', () => undefined);
      drain.enter(request, response);
      handle(request, response).catch((error: unknown) => {
        const requestId = requestIdOf(request);
        log.error({ err: error, requestId }, 'request failed');
        sendError(request, response, { code: 'internal', requestId, dashboard: null });
      });
    });
    server.on('upgrade', (request, socket, head) => {
      socket.on('error', () => undefined);
      upgrade(request, socket, head).catch((error: unknown) => {
        log.error({ err: error, requestId: requestIdOf(request) }, 'upgrade failed');
        socket.destroy();
      });
    });
    server.on('clientError', refuseUnreadable);
  }
  log.info({ port: address.port }, 'edge listens');

  let closed: Promise<void> | null = null;
  return {
    address,
    connections: () => live.size(),
    close() {
      closed ??= (async () => {
        apps.closeTunnels();
        const agentsEnded = agents.end();
        // Others are beside it, and what waits for the next control plane waits here as it would there.
        if (replicas) await drain.leave();
        const stopped = front.close();
        gate.close();
        feed.close();
        readers?.close();
        seen.close();
        report.close();
        refusals.close();
        const cancel = clock.after(graceMs, () => {
          front.closeAllConnections();
          void apps.endTunnels();
        });
        await agentsEnded;
        await stopped;
        cancel();
        // the clients' sides have gone by now
        await apps.endTunnels();
        closing.abort();
        live.close();
      })();
      return closed;
    },
  };
}

/** Sends whoever came without TLS to the place with it; what is more than a look is not answered there either, so that nobody gets used to it. */
function sendElsewhere(request: IncomingMessage, response: ServerResponse, origin: string, requestId: string): void {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return sendError(request, response, { code: 'bad_request', requestId, dashboard: origin });
  }
  response.writeHead(308, { location: `${origin}${request.url}`, 'content-length': 0, connection: 'close' });
  response.end();
}

/** A client's own id is kept when it can't do harm in a log. Asked twice for a request, it gives the same. */
function requestIdOf(request: IncomingMessage): string {
  const given = request.headers['x-request-id'];
  const id = typeof given === 'string' && /^[\w-]{8,64}$/.test(given) ? given : randomUUID();
  request.headers['x-request-id'] = id;
  return id;
}

/**
 * Whether it names a path here, once: a full address as request target names a host of its own (RFC 9112, 3.2.2), and of two `Host` headers
 * others than we might heed the second.
 */
function isPlain(request: IncomingMessage): boolean {
  return request.url?.startsWith('/') === true && hostsIn(request.rawHeaders) === 1;
}

/** How many `Host` headers there are, of which Node's own view shows the first. */
const hostsIn = (raw: readonly string[]): number =>
  raw.filter((name, at) => at % 2 === 0 && name.length === 4 && name.toLowerCase() === 'host').length;

/** What can't be parsed as HTTP, or comes too slowly, is answered in short and cut off. */
function refuseUnreadable(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const status =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? '431 Request Header Fields Too Large'
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? '408 Request Timeout'
        : '400 Bad Request';
  socket.on('error', () => undefined);
  socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`, () => socket.destroy());
}

/** Tells the operator, once a minute at most, that somebody used a name that isn't ours: the settings may be wrong. */
function strangerLog(hosts: Hosts, log: Log, clock: Clock): (request: IncomingMessage) => void {
  let quietUntil = 0;
  return (request) => {
    if (clock.now() < quietUntil) return;
    quietUntil = clock.now() + 60_000;
    const host = request.headers.host?.slice(0, 100);
    log.warn(
      { requestId: requestIdOf(request), host, publicOrigin: hosts.publicOrigin },
      'refused a host name that is not ours; see EMBERLAB_PUBLIC_URL',
    );
  };
}
