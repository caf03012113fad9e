import { request as httpRequest, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { requestTo } from '../lib/endpoint.ts';
import { closeFrame, createFrameWatcher } from './frames.ts';

/** How long one side may take to finish after the other has. */
const lingerMs = 5000;
/** How long a target may take to answer the upgrade. */
const answerMs = 30_000;

export type Tunnel = {
  /** Resolves when both sides are closed. */
  ended: Promise<void>;
  /** Ends both sides at once. */
  destroy(): void;
  /** Tells the client with a close frame of that code, when it stands between two frames, then ends. */
  close(code: number): void;
};

export type TunnelOptions = {
  request: IncomingMessage;
  socket: Duplex;
  /** what the client sent along with the upgrade */
  head: Buffer;
  /** a Unix socket, or `tcp://HOST:PORT` */
  socketPath: string;
  headers: OutgoingHttpHeaders;
  /** Headers of the target's 101, for the client; `raw`: names and values in turn. */
  shape: (raw: readonly string[]) => OutgoingHttpHeaders;
  /** The client sent a message. */
  onMessage: () => void;
  /** The target didn't upgrade: `answer` is what it said instead, null when it didn't say anything. The socket is still to be answered. */
  onRefused: (answer: IncomingMessage | null) => void;
};

/** Carries a WebSocket to a target and back. The answer of the target decides whether there is one. */
export function openTunnel(options: TunnelOptions): Tunnel {
  const { request, socket, head } = options;
  let target: Duplex | null = null;
  const ended = Promise.withResolvers<void>();
  const toClient = createFrameWatcher(() => undefined);
  const upstream = httpRequest({
    ...requestTo(options.socketPath),
    method: 'GET',
    path: request.url ?? '/',
    headers: options.headers,
    agent: false,
    insecureHTTPParser: false,
  });

  let decided = false;
  const refuse = (answer: IncomingMessage | null) => {
    if (decided) return;
    decided = true;
    clearTimeout(timer);
    socket.off('close', onEarlyClose);
    if (answer === null) upstream.destroy();
    if (!socket.destroyed) options.onRefused(answer);
    ended.resolve();
  };
  const onEarlyClose = () => {
    upstream.destroy();
    refuse(null);
  };
  const timer = setTimeout(() => refuse(null), answerMs);
  socket.on('error', () => undefined);
  socket.once('close', onEarlyClose);
  upstream.on('error', () => refuse(null));
  upstream.on('close', () => refuse(null));
  upstream.once('response', refuse);
  upstream.once('upgrade', (answer: IncomingMessage, upgraded: Socket, first: Buffer) => {
    upgraded.on('error', () => undefined);
    if (decided) {
      upgraded.destroy();
      return;
    }
    decided = true;
    clearTimeout(timer);
    socket.off('close', onEarlyClose);
    target = upgraded;
    // What came along goes back before anybody listens: to one who does already it would be given at once, and to nobody else.
    if (head.length > 0) socket.unshift(head);
    if (first.length > 0) upgraded.unshift(first);
    for (const end of [socket as Socket, upgraded]) {
      end.setTimeout(0);
      end.setNoDelay(true);
    }
    // a client that vanished without a word (sleep, lost network) is noticed within minutes
    (socket as Socket).setKeepAlive(true, 30_000);
    socket.write(`HTTP/1.1 101 Switching Protocols\r\n${headerLines(options.shape(answer.rawHeaders))}\r\n`, 'latin1');
    const fromClient = createFrameWatcher(options.onMessage);
    socket.on('data', (chunk: Buffer) => fromClient.push(chunk));
    upgraded.on('data', (chunk: Buffer) => toClient.push(chunk));
    join(socket, upgraded, ended.resolve);
  });
  upstream.end();

  const destroy = () => {
    upstream.destroy();
    target?.destroy();
    socket.destroy();
  };
  return {
    ended: ended.promise,
    destroy,
    close(code) {
      if (target === null || !toClient.atBoundary()) return destroy();
      target.unpipe(socket);
      socket.end(closeFrame(code), () => destroy());
      setTimeout(destroy, lingerMs).unref();
    },
  };
}

/** Joins two sides, each with back-pressure of the other. When one ends, what it sent is still delivered, within limits. */
function join(one: Duplex, other: Duplex, onEnd: () => void): void {
  let open = 2;
  let linger: NodeJS.Timeout | null = null;
  const finish = () => {
    linger ??= setTimeout(() => {
      one.destroy();
      other.destroy();
    }, lingerMs);
  };
  const onClose = (peer: Duplex) => {
    open -= 1;
    if (open === 0) {
      if (linger !== null) clearTimeout(linger);
      return onEnd();
    }
    peer.end();
    finish();
  };
  one.once('end', finish);
  other.once('end', finish);
  one.once('close', () => onClose(other));
  other.once('close', () => onClose(one));
  one.pipe(other);
  other.pipe(one);
}

function headerLines(headers: OutgoingHttpHeaders): string {
  let lines = '';
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined) continue;
    for (const item of Array.isArray(value) ? value : [value]) lines += `${name}: ${item}\r\n`;
  }
  return lines;
}
