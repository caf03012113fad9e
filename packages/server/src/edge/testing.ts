import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import {
  createServer,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type RequestListener,
  type Server,
} from 'node:http';
import { request as httpsRequest } from 'node:https';
import { tmpdir } from 'node:os';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { WebSocket, WebSocketServer } from 'ws';
import type { Config } from '../config.ts';
import { systemClock, type Clock } from '../lib/clock.ts';
import { tcpAddress } from '../lib/endpoint.ts';
import { digest, newId, newSecret } from '../lib/ids.ts';
import { seedUser, testDatabase } from '../testing/database.ts';
import type { TestCertificate } from '../testing/certificate.ts';
import { runEdge, type EdgeOptions } from './edge.ts';
import { createFeedServer } from './feed-server.ts';
import type { Log } from '../lib/log.ts';
import type { EdgeReport } from './protocol.ts';
import { createEdgeStore } from './store.ts';

const silent: Log = {
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

export type Answer = { status: number; headers: IncomingHttpHeaders; text: string; body: Buffer };
export type Asking = {
  method?: string;
  headers?: Record<string, string | string[]>;
  body?: Buffer | string;
  /** without TLS, whatever the edge speaks */
  plain?: boolean;
};

/** A server on a Unix socket, or at a free port for `127.0.0.1:0`, that ends its connections when it is closed, as a killed process does. */
export async function serveOn(
  socketPath: string,
  listener: RequestListener,
): Promise<{ server: Server; close(): Promise<void> }> {
  const server = createServer(listener);
  if (socketPath === '127.0.0.1:0') server.listen(0, '127.0.0.1');
  else server.listen(socketPath);
  await once(server, 'listening');
  return {
    server,
    async close() {
      server.closeAllConnections();
      const closed = once(server, 'close');
      server.close();
      await closed;
    },
  };
}

/** What Jupyter does, as far as a proxy sees it. */
async function serveJupyter(socketPath: string) {
  const requests: IncomingMessage[] = [];
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: 64 * 1024 * 1024,
    handleProtocols: (offered) => [...offered][0] ?? false,
  });
  const served = await serveOn(socketPath, (request, response) => {
    requests.push(request);
    if (request.url === '/unread') return;
    const url = new URL(request.url ?? '/', 'http://localhost');
    if (url.pathname === '/echo') {
      response.writeHead(200);
      request.pipe(response);
      return;
    }
    if (url.pathname === '/hold') {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('data: first\n\n');
      return;
    }
    if (url.pathname === '/redirect') {
      response.writeHead(302, { location: url.searchParams.get('to') ?? '' });
      response.end();
      return;
    }
    response.writeHead(200, {
      'content-type': 'application/json',
      'content-security-policy': "frame-ancestors 'self'; report-uri /api/security/csp-report",
      'set-cookie': [
        '_xsrf=2|abc; Path=/; Domain=localhost',
        'emberlab_app=planted; Path=/',
        '__Host-emberlab=planted; Secure',
      ],
    });
    response.end(JSON.stringify({ url: request.url, headers: request.headers }));
  });
  const { server } = served;
  server.on('upgrade', (request, socket, head) => {
    requests.push(request);
    if (request.url === '/api/kernels/absent/channels') {
      socket.end('HTTP/1.1 404 Not Found\r\ncontent-length: 6\r\nconnection: close\r\n\r\nabsent');
      return;
    }
    const greets = request.url === '/greeting';
    // In one piece with the answer to the upgrade, as a server that has something to say at once may send it.
    if (greets) socket.cork();
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      if (greets) webSocket.send('welcome', () => undefined);
      socket.uncork();
      // what is no frame ends the connection, not the server
      webSocket.on('error', () => undefined);
      webSocket.on('message', (data, binary) => webSocket.send(data, { binary }));
    });
  });
  return {
    requests,
    sockets,
    server,
    async close() {
      for (const client of sockets.clients) client.terminate();
      await served.close();
    },
  };
}

/**
 * The edge with everything around it, on real sockets: control's end of the feed with its database, and fake servers. `await using` ends all of it,
 * and fails when the edge still held a connection to a target.
 */
export async function startWorld(
  options: EdgeOptions & {
    controlClock?: Clock;
    /** apps behind a proxy that speaks TLS */
    https?: boolean;
    /** the edge speaks TLS itself, with this certificate */
    tls?: TestCertificate;
    trustedProxies?: readonly string[];
    /** it looks for replicas that answer reads */
    replicas?: boolean;
    /** drivers run on a cluster */
    engines?: Config['engines'];
    onReport?: (report: EdgeReport) => void;
    log?: Log;
  } = {},
) {
  const folder = await mkdtemp(join(tmpdir(), 'edge-'));
  const stack = new AsyncDisposableStack();
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const { db } = stack.use(await testDatabase());
  const userId = await seedUser(db);
  const loginDigest = digest(newSecret('test'));
  const far = Date.now() + 24 * 3600_000;
  await db
    .insertInto('logins')
    .values({ digest: loginDigest, user_id: userId, created_at: 0, last_seen_at: 0, expires_at: far })
    .execute();
  const paths = {
    agentSocket: join(folder, 'agent.sock'),
    controlSocket: join(folder, 'control.sock'),
    edgeSocket: join(folder, 'edge.sock'),
    readers: join(folder, 'readers'),
  };
  const { tls = null, log = silent } = options;
  const scheme = tls === null ? 'http' : 'https';
  // One label more: clients take no certificate for all that is below a single one.
  const appsDomain = tls === null ? 'localhost' : 'apps.localhost';
  const appsOrigin = options.https === true ? 'https://{id}.apps.example.org' : `${scheme}://{id}.${appsDomain}:0`;
  const seen: string[] = [];
  const waitingForSeen = new Set<() => void>();
  const startFeed = () =>
    createFeedServer({
      socketPath: paths.edgeSocket,
      store: createEdgeStore(db),
      appsOrigin,
      clock: options.controlClock ?? systemClock,
      log,
      ...(options.onReport === undefined ? {} : { onReport: options.onReport }),
      onSeen: async (ids) => {
        seen.push(...ids);
        for (const look of waitingForSeen) look();
      },
    });
  let control = startFeed();
  await control.listen();
  const edge = await runEdge(
    {
      host: '127.0.0.1',
      port: 0,
      publicOrigin: `${scheme}://localhost:0`,
      appsOrigin,
      tls,
      trustedProxies: options.trustedProxies ?? [],
      replicas: options.replicas ?? false,
      engines: options.engines ?? [],
      paths,
    },
    log,
    {
      graceMs: 500,
      ...options,
    },
  );
  stack.defer(async () => {
    await edge.close();
    await control.close();
    // the other side of what was cut closes a moment later
    for (let turn = 0; turn < 100 && edge.connections() > 0; turn++) await new Promise(setImmediate);
    if (edge.connections() !== 0) throw new Error('the edge holds connections after it was closed');
  });
  const { port } = edge.address;

  const ask = (host: string, path: string, asking: Asking = {}): Promise<Answer> => {
    const { method = 'GET', headers = {}, body, plain = tls === null } = asking;
    return new Promise((resolve, reject) => {
      const send = plain ? httpRequest : httpsRequest;
      const request = send({
        ...(plain || tls === null ? {} : { ca: tls.pem, servername: host.replace(/:\d+$/, '') }),
        port,
        host: '127.0.0.1',
        path,
        method,
        headers: { host, ...headers },
        agent: false,
      });
      request.once('error', reject);
      request.once('response', (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.once('error', reject);
        response.once('end', () => {
          const all = Buffer.concat(chunks);
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text: all.toString(), body: all });
        });
      });
      request.end(body);
    });
  };

  return {
    folder,
    paths,
    port,
    edge,
    db,
    userId,
    loginDigest,
    seen,
    ask,
    publicHost: `localhost:${port}`,
    publicOrigin: `${scheme}://localhost:${port}`,
    control: () => control,
    /** Ends control's end of the feed. */
    stopControl: () => control.close(),
    /** A new one, as after a restart; `before` puts targets again. */
    async startControl(before: (fresh: typeof control) => void = () => undefined) {
      control = startFeed();
      before(control);
      await control.listen();
    },
    /** Resolves when control heard of traffic to a target. */
    untilSeen: (id: string) =>
      new Promise<void>((resolve) => {
        const look = () => {
          if (!seen.includes(id)) return;
          waitingForSeen.delete(look);
          resolve();
        };
        waitingForSeen.add(look);
        look();
      }),
    /** A fake Jupyter that is a target already, with a cookie that opens it. */
    async startServer({ viaControl = false, tcp = false } = {}) {
      const id = newId();
      const listensAt = tcp ? '127.0.0.1:0' : join(folder, `${id.slice(0, 8)}.sock`);
      const jupyter = await serveJupyter(listensAt);
      const socketPath = tcp ? tcpAddress('127.0.0.1', (jupyter.server.address() as AddressInfo).port) : listensAt;
      stack.defer(() => jupyter.close());
      const target = { id, socketPath, headers: { Authorization: 'token of-jupyter' }, viaControl };
      control.targets.put(target);
      const host = options.https === true ? `${id}.apps.example.org` : `${id}.${appsDomain}:${port}`;
      const origin = `${options.https === true ? 'https' : scheme}://${host}`;
      const issue = (path = '/lab') => control.tickets.issue({ targetId: id, userId, loginDigest, path });
      const open = async (url: string, at = host) => {
        const { pathname, search } = new URL(url.replace(':0/', '/'));
        return ask(at, pathname + search);
      };
      const setCookie = (await open(await issue())).headers['set-cookie']?.[0] ?? '';
      const cookie = setCookie.split(';')[0] ?? '';
      return {
        id,
        target,
        host,
        origin,
        jupyter,
        cookie,
        setCookie,
        issue,
        open,
        ask: (path: string, asking: Asking = {}) =>
          ask(host, path, { ...asking, headers: { cookie, ...asking.headers } }),
        /** A WebSocket as a browser opens it; `headers` replace what it would send. */
        webSocket: (path = '/api/kernels/k/channels', headers: Record<string, string> = {}, protocols: string[] = []) =>
          new WebSocket(`${tls === null ? 'ws' : 'wss'}://127.0.0.1:${port}${path}`, protocols, {
            headers: { host, origin, cookie, ...headers },
            ...(tls === null ? {} : { ca: tls.pem, servername: host.replace(/:\d+$/, '') }),
            perMessageDeflate: false,
          }),
      };
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}
export type World = Awaited<ReturnType<typeof startWorld>>;

/** The status with which a WebSocket was refused; 101 when it opened. */
export function upgradeStatus(webSocket: WebSocket): Promise<number> {
  return new Promise((resolve, reject) => {
    webSocket.once('open', () => {
      webSocket.terminate();
      resolve(101);
    });
    webSocket.once('unexpected-response', (_request, response) => {
      response.resume();
      webSocket.once('error', () => undefined);
      webSocket.terminate();
      resolve(response.statusCode ?? 0);
    });
    webSocket.once('error', reject);
  });
}
