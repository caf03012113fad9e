import { createServer, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { Clock } from '../../../lib/clock.ts';
import { digest } from '../../../lib/ids.ts';
import type { Log } from '../../../lib/log.ts';
import { listenOnSocket } from '../../../lib/unix-socket.ts';
import type { Limits } from '../limits.ts';
import type { SessionRecord } from '../model.ts';
import { createConnection } from './connection.ts';
import type { Hello, SessionFrame } from './frames.ts';
import type { Link, Links } from './links.ts';

const subprotocol = 'emberlab-agent.1';

export type AgentHandlers = {
  /** The first frame of a connection. The link is registered already. */
  /** Both resolve when what was said has been dealt with; they never reject. */
  onHello(session: SessionRecord, hello: Hello): Promise<void>;
  onFrame(sessionId: number, frame: SessionFrame): Promise<void>;
};

/** Where agents dial in. The secret of a session is what opens it, so that everybody may reach the socket itself. */
export function createAgentServer(options: {
  socketPath: string;
  clock: Clock;
  limits: Limits;
  maxMessageBytes: number;
  log: Log;
  links: Links;
  findBySecret: (secretDigest: string) => Promise<SessionRecord | null>;
  handlers: AgentHandlers;
}) {
  const { links, handlers, log } = options;
  const http = createServer((_request, response) => response.writeHead(404).end());
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: options.maxMessageBytes,
    perMessageDeflate: false,
    handleProtocols: (offered) => (offered.has(subprotocol) ? subprotocol : false),
  });

  const authenticate = async (request: IncomingMessage): Promise<SessionRecord | 401 | 404 | 410> => {
    if (request.url !== '/agent/v1/connect') return 404;
    const secret = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1];
    const session = secret === undefined ? null : await options.findBySecret(digest(secret));
    if (session === null) return 401;
    return session.state === 'dead' || session.state === 'shutting_down' ? 410 : session;
  };

  const connected = (session: SessionRecord, socket: Parameters<typeof createConnection>[0]['socket']) => {
    let greeted = false;
    const link: Link = createConnection({
      socket,
      clock: options.clock,
      pingMs: options.limits.pingMs,
      silenceMs: options.limits.silenceMs,
      async onFrame(frame) {
        if (frame.type === 'hello') {
          if (greeted || frame.sessionId !== session.id) return link.close(1008, 'not this session');
          greeted = true;
          links.add(session.id, link);
          return handlers.onHello(session, frame);
        }
        if (!greeted) return link.close(1008, 'hello comes first');
        return handlers.onFrame(session.id, frame);
      },
      onNonsense(problem) {
        log.warn({ session: session.id, problem }, 'a frame of an agent could not be read');
        if (!greeted) link.close(1008, 'hello comes first');
      },
      onClose: () => links.remove(session.id, link),
    });
  };

  http.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    // The peer may be gone before it is answered.
    stream.on('error', () => stream.destroy());
    authenticate(request).then(
      (answer) => {
        if (typeof answer === 'number') return refuse(stream, answer);
        sockets.handleUpgrade(request, stream, head, (socket) => connected(answer, socket));
      },
      (error: unknown) => {
        log.error({ err: error }, 'an agent could not be let in');
        refuse(stream, 503);
      },
    );
  });

  return {
    async start(): Promise<void> {
      await listenOnSocket(http, options.socketPath, 0o666);
    },
    /** Lets go of all agents; they go on and dial again. */
    async close(): Promise<void> {
      for (const socket of sockets.clients) socket.terminate();
      sockets.close();
      await new Promise<void>((resolve) => {
        http.close(() => resolve());
        http.closeAllConnections();
      });
    },
  };
}

const reasons = { 401: 'Unauthorized', 404: 'Not Found', 410: 'Gone', 503: 'Service Unavailable' } as const;

function refuse(stream: Duplex, status: keyof typeof reasons): void {
  stream.end(`HTTP/1.1 ${status} ${reasons[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
