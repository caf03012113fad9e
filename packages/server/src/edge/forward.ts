import {
  Agent,
  request as httpRequest,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type ServerResponse,
} from 'node:http';
import type { Socket } from 'node:net';
import { delay, type Clock } from '../lib/clock.ts';
import { requestTo } from '../lib/endpoint.ts';
import { isRefusal, type Gate } from './gate.ts';
import { hasBody } from './headers.ts';
import { createShared } from './shared.ts';

/** Bodies up to this size can be sent again; larger ones stream. */
const replayableBytes = 1024 * 1024;
/** What all kept bodies may take together; beyond it they stream too. */
const allReplayableBytes = 32 * 1024 * 1024;
/** A client that owes us body bytes and sends none for so long is cut off. */
const stallMs = 60_000;
const maxResends = 4;
/** So many shared connections to a target are kept: more than a busy page or a small team uses at once. Making one for a request costs as much as the request. */
const sharedPerTarget = 64;
/** A shared connection that nobody has used for so long is closed. */
const idleMs = 15_000;

export type Forwarding = {
  /** a Unix socket, or `tcp://HOST:PORT` */
  socketPath: string;
  path: string;
  headers: OutgoingHttpHeaders;
  /** How long to wait for somebody to listen; 0: answer at once that nobody does. */
  waitMs: number;
  /**
   * Whether a request that was sent may be sent again when its connection breaks before the first byte of the answer: once at any rate if others had used the
   * connection before, which the target may have closed just then; else as long as `waitMs` allows.
   */
  resend: boolean;
  /**
   * Whether the target keeps a connection that nobody uses for longer than we do, so that one breaks only with the target itself. A request with a short body may
   * then be the next on a shared one, whatever it does: where the target has gone, the kernel takes nothing of it.
   */
  lasting?: boolean;
  /** With which status an answer is for the client; one of another counts as `refused`, and nothing of it has gone to the client. Absent: with each. */
  accepts?: (status: number) => boolean;
  /** Headers of the answer for the client; `raw`: names and values in turn. */
  shape: (raw: readonly string[]) => OutgoingHttpHeaders;
};

/**
 * `answered`: the client got the target's answer, maybe cut short; `gone`: the client went; `refused`: nobody listens; `broken`: the connection
 * broke after the request was sent, and whether it was carried out nobody knows. After the last two the caller has to answer.
 */
export type Outcome = 'answered' | 'gone' | 'refused' | 'broken';

/** `stale`: as `broken`, on a connection that others had used before, and that its target may have closed just then. */
type Attempted = Outcome | 'stale';

export type Forward = (request: IncomingMessage, response: ServerResponse, options: Forwarding) => Promise<Outcome>;

/** `closing`: no more requests will come. */
type ForwardParts = { clock: Clock; gate: Gate; closing: AbortSignal };

type Body = { kind: 'none' } | { kind: 'kept'; bytes: Buffer } | { kind: 'stream' };

/**
 * Forwards requests to targets, each on a connection of its own: whether an error came before or after sending is then certain, and no idle
 * connection is left behind to a target that has gone. Those that may be sent twice, and have no body that could be mistaken for the next request,
 * share some, which saves a quarter of the work; and so do those to a target that is ours.
 */
export function createForward({ clock, gate, closing }: ForwardParts): Forward {
  let keptBytes = 0;
  const single = new Agent({ keepAlive: false });
  const kept = new Agent({ keepAlive: true, maxFreeSockets: sharedPerTarget, timeout: idleMs });
  const shared = createShared();
  closing.addEventListener('abort', () => {
    kept.destroy();
    void shared.close();
  });

  return async (request, response, options) => {
    request.on('error', () => undefined);
    const unguard = guardBody(request, clock);
    const length = Number(request.headers['content-length'] ?? Infinity);
    const keep = options.waitMs > 0 && length <= replayableBytes && keptBytes + length <= allReplayableBytes;
    if (keep && hasBody(request)) keptBytes += length;
    try {
      const body = await takeBody(request, keep);
      if (body === null || response.destroyed) return 'gone';
      let deadline: number | null = null;
      let left: AbortController | null = null;
      let isShared = body.kind === 'none' && options.resend;
      let agent = options.lasting === true && body.kind !== 'stream' ? kept : single;
      for (let resends = 0; ;) {
        const outcome = isShared
          ? await shared.send(request, response, options)
          : await attempt(request, response, options, body, agent);
        if (outcome === 'stale') {
          isShared = false;
          agent = single;
          resends += 1;
          continue;
        }
        if (outcome === 'answered' || outcome === 'gone' || options.waitMs === 0) return outcome;
        left ??= abortOnClose(response);
        if (outcome === 'broken') {
          if (!options.resend || body.kind === 'stream' || resends++ === maxResends) return 'broken';
          // it was there until now: waiting begins anew
          deadline = null;
          await delay(clock, 25 * resends, left.signal).catch(() => undefined);
        }
        deadline ??= clock.now() + options.waitMs;
        if (!(await gate.wait(options.socketPath, deadline - clock.now(), left.signal))) {
          return left.signal.aborted ? 'gone' : 'refused';
        }
      }
    } finally {
      unguard();
      if (keep && hasBody(request)) keptBytes -= length;
    }
  };
}

async function takeBody(request: IncomingMessage, keep: boolean): Promise<Body | null> {
  if (!hasBody(request)) return { kind: 'none' };
  if (!keep) return { kind: 'stream' };
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of request) chunks.push(chunk as Buffer);
  } catch {
    return null;
  }
  return { kind: 'kept', bytes: Buffer.concat(chunks) };
}

function abortOnClose(response: ServerResponse): AbortController {
  const controller = new AbortController();
  if (response.destroyed) controller.abort();
  response.once('close', () => controller.abort());
  return controller;
}

/** Cuts off a client whose body stands still although we read on; one that we hold up ourselves (back-pressure, waiting) is left alone. */
function guardBody(request: IncomingMessage, clock: Clock): () => void {
  if (!hasBody(request)) return () => undefined;
  let before = -1;
  let cancel: () => void;
  const look = () => {
    const { bytesRead } = request.socket;
    if (!request.complete && request.readableFlowing === true && bytesRead === before) {
      request.destroy();
      return;
    }
    before = bytesRead;
    cancel = clock.after(stallMs, look);
  };
  cancel = clock.after(stallMs, look);
  return () => cancel();
}

function attempt(
  request: IncomingMessage,
  response: ServerResponse,
  options: Forwarding,
  body: Body,
  agent: Agent,
): Promise<Attempted> {
  return new Promise((resolve) => {
    if (response.destroyed) return resolve('gone');
    const settle = (outcome: Attempted) => {
      response.off('close', onGone);
      resolve(outcome);
    };
    const onGone = () => {
      upstream.destroy();
      settle('gone');
    };
    const upstream = httpRequest({
      ...requestTo(options.socketPath),
      method: request.method ?? 'GET',
      path: options.path,
      headers: options.headers,
      agent,
      insecureHTTPParser: false,
      maxHeaderSize: 64 * 1024,
    });
    response.once('close', onGone);
    const broken = () => settle(upstream.reusedSocket && options.resend ? 'stale' : 'broken');
    const failed = (error: Error) => {
      if (isRefusal(error)) return settle('refused');
      // Nothing can be written to a socket whose other end is closed, so nobody has read this request (write(2), EPIPE).
      if (upstream.reusedSocket && isBrokenPipe(error)) return settle('stale');
      broken();
    };
    upstream.on('error', failed);
    upstream.on('close', broken);
    upstream.once('response', (answer) => {
      // From now on the answer says how it ends: the request has ended before a slow client has the last of it.
      upstream.off('close', broken);
      upstream.off('error', failed);
      upstream.on('error', () => undefined);
      if (options.accepts?.(answer.statusCode ?? 0) === false) {
        upstream.destroy();
        return settle('refused');
      }
      try {
        response.writeHead(answer.statusCode ?? 502, options.shape(answer.rawHeaders));
        // An event stream's headers must not wait for its first event; others go out with the beginning of their body.
        if (answer.headers['content-length'] === undefined) response.flushHeaders();
      } catch {
        upstream.destroy();
        return settle('broken');
      }
      response.off('close', onGone);
      carry(answer, response, () => {
        if (!request.complete) {
          // answered before the body was read: the rest has nowhere to go
          request.unpipe(upstream);
          request.resume();
          upstream.destroy();
        }
        if (!response.writableFinished) upstream.destroy();
        settle('answered');
      });
    });
    if (body.kind === 'stream') {
      // Nothing is taken from the client before somebody is there to have it, so a refused attempt loses nothing.
      upstream.once('socket', (socket) => {
        readOnAfterBrokenPipe(socket);
        socket.once('connect', () => request.pipe(upstream));
      });
    } else {
      upstream.end(body.kind === 'kept' ? body.bytes : undefined);
    }
  });
}

/**
 * Sends an answer on, and calls back once all of it has gone to the client or the client has gone. What `pipeline` would do for it took an eighth of the
 * edge's time.
 */
function carry(answer: IncomingMessage, response: ServerResponse, onEnd: () => void): void {
  answer.on('error', () => undefined);
  // Cut short: the client must not take what it got for the whole.
  answer.once('close', () => {
    if (!answer.complete) response.destroy();
  });
  response.once('close', onEnd);
  answer.pipe(response);
}

const isBrokenPipe = (error: NodeJS.ErrnoException | null | undefined): boolean => error?.code === 'EPIPE';

/**
 * Lets a socket whose other side takes no more be read to its end. A server that refuses an upload answers and closes while we still write; a failed
 * write would otherwise destroy the socket together with the answer that waits in it.
 */
function readOnAfterBrokenPipe(socket: Socket): void {
  const unlessBroken = (callback: (error?: Error | null) => void) => (error?: Error | null) =>
    callback(isBrokenPipe(error) ? null : error);
  const write = socket._write.bind(socket);
  socket._write = (chunk, encoding, callback) => write(chunk, encoding, unlessBroken(callback));
  const writev = socket._writev?.bind(socket);
  if (writev !== undefined) socket._writev = (chunks, callback) => writev(chunks, unlessBroken(callback));
}
