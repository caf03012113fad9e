import { createServer as createHttpServer, type IncomingMessage, type Server, type ServerOptions } from 'node:http';
import { Server as NetServer, createServer as createNetServer, type AddressInfo, type Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Clock } from '../lib/clock.ts';
import { listen } from '../lib/listen.ts';
import type { Log } from '../lib/log.ts';
import { readCertificate, watchCertificate, type CertificateFiles } from './certificate.ts';

/** What listens on the port. */
export type Front = {
  readonly address: AddressInfo;
  /** those of HTTP behind it */
  readonly servers: readonly Server[];
  /** Accepts no connection any more; those that are open go on, also without a request. Resolves when all have ended. */
  stopAccepting(): Promise<void>;
  /** Stops accepting, and ends connections on which no request is under way; resolves when all have ended. */
  close(): Promise<void>;
  closeIdleConnections(): void;
  closeAllConnections(): void;
};

/** The first byte of a TLS handshake (RFC 8446, 5.1: content type 22); no method of HTTP begins with it. */
const tlsHandshake = 22;
/** A client that says nothing for so long is let go. */
const firstByteMs = 10_000;

/** Whether a request came encrypted to this very port. */
export const isEncrypted = (request: IncomingMessage): boolean =>
  (request.socket as Partial<TLSSocket>).encrypted === true;

/** Listens, with TLS where there is a certificate. Throws a sentence for the operator when the port or the certificate can't be had. */
export async function openFront(options: {
  host: string;
  port: number;
  /** whether other edges listen there too */
  replicas: boolean;
  http: ServerOptions;
  tls: CertificateFiles | null;
  clock: Clock;
  log: Log;
}): Promise<Front> {
  const { host, port, http, tls, replicas: shared } = options;
  if (tls !== null) return openSecureFront({ ...options, tls });
  const server = createHttpServer(http);
  const address = await listen(server, host, port, { shared });
  return {
    address,
    servers: [server],
    // What a server of HTTP has of its own in `close` is that it ends idle connections at once.
    stopAccepting: () => new Promise((resolve) => NetServer.prototype.close.call(server, () => resolve())),
    close: () => new Promise((resolve) => server.close(() => resolve())),
    closeIdleConnections: () => server.closeIdleConnections(),
    closeAllConnections: () => server.closeAllConnections(),
  };
}

/**
 * Takes TLS and plain HTTP on the same port and tells them apart by their first byte: whoever types the address without https is sent to the right one,
 * and kernels on this machine need no certificate to reach the gateway.
 */
async function openSecureFront(options: Parameters<typeof openFront>[0] & { tls: CertificateFiles }): Promise<Front> {
  const { host, port, http, tls, clock, log, replicas: shared } = options;
  const certificate = await readCertificate(tls);
  // Only here: it would cost every edge memory.
  const { createServer: createHttpsServer } = await import('node:https');
  const secure = createHttpsServer({
    ...http,
    ...certificate,
    minVersion: 'TLSv1.2',
    honorCipherOrder: true,
    ALPNProtocols: ['http/1.1'],
    handshakeTimeout: firstByteMs,
  });
  secure.on('tlsClientError', (_error, socket) => socket.destroy());
  const plain = createHttpServer(http);
  const servers = [secure, plain] as const;
  // They get connections without listening themselves; this is what begins to watch over slow ones.
  for (const server of servers) server.emit('listening');
  const front = createNetServer({ noDelay: true }, (socket) => {
    handOver(socket, (first) => (first === tlsHandshake ? secure : plain));
  });
  const address = await listen(front, host, port, { shared });
  const stopAccepting = () => new Promise<void>((resolve) => front.close(() => resolve()));
  const unwatch = watchCertificate({
    files: tls,
    clock,
    log,
    onChange: (renewed) => secure.setSecureContext({ ...renewed, minVersion: 'TLSv1.2', honorCipherOrder: true }),
  });
  return {
    address,
    servers,
    stopAccepting,
    close() {
      unwatch();
      const closed = stopAccepting();
      for (const server of servers) server.close(() => undefined);
      return closed;
    },
    closeIdleConnections() {
      for (const server of servers) server.closeIdleConnections();
    },
    closeAllConnections() {
      for (const server of servers) server.closeAllConnections();
    },
  };
}

function handOver(socket: Socket, serverFor: (first: number | undefined) => Server): void {
  const giveUp = () => socket.destroy();
  socket.on('error', giveUp);
  socket.setTimeout(firstByteMs, giveUp);
  socket.once('data', (begin: Buffer) => {
    socket.pause();
    socket.setTimeout(0);
    socket.off('timeout', giveUp);
    socket.off('error', giveUp);
    socket.unshift(begin);
    serverFor(begin[0]).emit('connection', socket);
    process.nextTick(() => socket.resume());
  });
}
