import {
  createServer,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { connect } from 'node:net';
import type { Target } from '../../../edge/protocol.ts';
import type { UiAddress } from '../../../engines/engine.ts';
import type { Log } from '../../../lib/log.ts';
import { listenOnSocket } from '../../../lib/unix-socket.ts';
import type { History, HistoryWay } from '../history/history.ts';
import type { SessionRecord } from '../model.ts';
import type { Links } from './links.ts';

/** Names the session whose Spark UI is meant. The edge sets it from its target; the socket is open to the edge alone. */
const sessionHeader = 'x-emberlab-session';

/** The target of a session's Spark UI, live or made from its event log. */
export const uiTarget = (session: Pick<SessionRecord, 'id' | 'uiId'>, socketPath: string): Target => ({
  id: session.uiId,
  socketPath,
  headers: { [sessionHeader]: String(session.id) },
  viaControl: true,
});

/** The same of the driver of a run, which has no agent: its Spark UI is a port of this machine, or of its Pod. */
const programHeader = 'x-emberlab-program';

/** The target of the Spark UI of a run's driver. */
export const programTarget = (program: { id: number; uiId: string }, socketPath: string): Target => ({
  id: program.uiId,
  socketPath,
  headers: { [programHeader]: String(program.id) },
  viaControl: true,
});

/** Headers of one connection, not of the message (RFC 9110, 7.6.1), and our own. */
const hopByHop = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  sessionHeader,
  programHeader,
]);

function passedOn(headers: IncomingHttpHeaders): Record<string, string | string[]> {
  const named = new Set((headers.connection ?? '').split(',').map((name) => name.trim().toLowerCase()));
  const result: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && !hopByHop.has(name) && !named.has(name)) result[name] = value;
  }
  return result;
}

/**
 * Spark redirects to an absolute address with the scheme that it was asked by, which is never https here. Without scheme and host the browser stays
 * where it is.
 */
function withoutOrigin(location: string, host: string | undefined): string {
  const prefix = /^https?:\/\/([^/?#]*)(?=[/?#]|$)/i.exec(location);
  if (prefix === null || prefix[1] !== host) return location;
  const rest = location.slice(prefix[0].length);
  return rest.startsWith('/') ? rest : `/${rest}`;
}

/**
 * Where the page is that a history server has elsewhere: all of an application lie below its own path, and the list of applications would name this one
 * alone. null: just there.
 */
function withinHistory({ home }: HistoryWay, url: string): string | null {
  const [path = '/'] = url.split('?', 1);
  if (path === '/' || path === '/home/' || path === home || path === `${home}/`) return `${home}/jobs/`;
  return /^\/(history|static|api)\//.test(path) ? null : `${home}${url}`;
}

type TunnelParts = {
  links: Links;
  history: Pick<History, 'wayTo'>;
  /** the same of drivers of runs, by their batches */
  programHistory: Pick<History, 'wayTo'>;
  /** what requests to the Spark UI of a session's driver have to have with them */
  uiHeaders(sessionId: number): Promise<Readonly<Record<string, string>>>;
  /** where the Spark UI of a run's driver answers; null: nowhere */
  programUi(id: number): Promise<UiAddress | null>;
  log: Log;
};

/**
 * Hands HTTP requests on: through the agents' connections, so that a Spark UI needs no port that anybody else could reach, or to the history server of
 * an application that has ended.
 */
export function createTunnelServer(options: TunnelParts & { socketPath: string }) {
  const http = createServer((incoming, outgoing) => void forward(incoming, outgoing, options));
  return {
    async start(): Promise<void> {
      await listenOnSocket(http, options.socketPath);
    },
    async close(): Promise<void> {
      await new Promise<void>((resolve) => {
        http.close(() => resolve());
        http.closeAllConnections();
      });
    },
  };
}

async function forward(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  { links, history, programHistory, uiHeaders, programUi, log }: TunnelParts,
): Promise<void> {
  const refuse = (status: number, text: string) => {
    if (outgoing.headersSent) {
      outgoing.destroy();
      return;
    }
    outgoing.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' });
    outgoing.end(text);
  };
  const program = incoming.headers[programHeader];
  // A history server shows it only once it has ended, and the port of its own UI may be another's then.
  const shown = program === undefined ? null : programHistory.wayTo(Number(program));
  const ui = program === undefined || shown !== null ? null : await programUi(Number(program));
  const session = program === undefined ? Number(incoming.headers[sessionHeader]) : Number.NaN;
  const link = Number.isInteger(session) ? links.get(session) : null;
  const past = shown ?? (link === null && Number.isInteger(session) ? history.wayTo(session) : null);
  const connection = link === null ? null : () => link.openStream('ui');
  const address = ui ?? past?.address ?? null;
  const open = address === null ? connection : (address.connect ?? (() => connect(address.port, '127.0.0.1')));
  if (open === null) return refuse(503, 'The Spark driver is not connected at the moment. Please try again.');
  const place = past === null ? null : withinHistory(past, incoming.url ?? '/');
  if (place !== null) return void outgoing.writeHead(302, { location: place, 'cache-control': 'no-store' }).end();

  const secret = address === null ? await uiHeaders(session) : address.headers;
  if (outgoing.destroyed) return;
  const request = httpRequest({
    method: incoming.method,
    path: incoming.url,
    headers: { ...passedOn(incoming.headers), ...secret },
    setHost: false,
    // Without an agent of its own, Node asks this function for the connection, and closes it after the answer.
    createConnection: open,
  });
  request.on('response', (response) => {
    // User code in the driver may answer here; Node throws for a status that is none (RFC 9110, 15).
    const { statusCode: status = 0 } = response;
    if (status < 200 || status > 599) {
      response.destroy();
      return refuse(502, 'The Spark UI answers something that is not HTTP.');
    }
    const headers = passedOn(response.headers);
    const { location } = response.headers;
    if (location !== undefined) headers['location'] = withoutOrigin(location, incoming.headers.host);
    outgoing.writeHead(status, headers);
    response.pipe(outgoing);
    response.on('error', () => outgoing.destroy());
  });
  request.on('error', (error) => {
    log.info({ session, problem: error.message }, 'the Spark UI did not answer');
    refuse(502, 'The Spark UI does not answer. Please try again in a moment.');
  });
  // Whoever goes away first takes the other along.
  outgoing.on('close', () => {
    if (!outgoing.writableFinished) request.destroy();
  });
  incoming.on('error', () => request.destroy());
  incoming.pipe(request);
}
