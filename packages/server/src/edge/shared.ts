import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { Pool, type Dispatcher } from 'undici';
import { endpointOf } from '../lib/endpoint.ts';
import { isRefusal } from './gate.ts';

/** A connection that nobody has used for so long is closed, ms. */
const idleMs = 15_000;
const maxHeaderBytes = 64 * 1024;

/** What goes on to a target: a request without a body. */
export type SharedRequest = {
  /** a Unix socket, or `tcp://HOST:PORT` */
  readonly socketPath: string;
  readonly path: string;
  readonly headers: OutgoingHttpHeaders;
  /** Headers of the answer for the client; `raw`: names and values in turn. */
  readonly shape: (raw: readonly string[]) => OutgoingHttpHeaders;
  /** as in `Forwarding` */
  readonly accepts?: (status: number) => boolean;
};

/**
 * `answered`: the client got the target's answer, maybe cut short; `gone`: the client went; `refused`: nobody listens; `broken`: the connection broke
 * before the answer; `stale`: the same on one that others had used before, and that the target may have closed just then.
 */
export type SharedOutcome = 'answered' | 'gone' | 'refused' | 'broken' | 'stale';

/** The connections to one target: how many are up, and how many requests are on their way. */
type Connections = { readonly pool: Pool; up: number; running: number };

/**
 * Requests without a body on connections to targets that they share. Answers go on to the client as they come. What a page reads is most of what passes
 * here, and undici does it in two thirds of the time of `node:http`.
 */
export function createShared() {
  const targets = new Map<string, Connections>();

  const connectionsTo = (socketPath: string): Connections => {
    const known = targets.get(socketPath);
    if (known !== undefined) return known;
    const endpoint = endpointOf(socketPath);
    const origin = 'path' in endpoint ? 'http://localhost' : socketPath.replace(/^tcp:/, 'http:');
    const pool = new Pool(origin, {
      ...('path' in endpoint ? { socketPath: endpoint.path } : {}),
      pipelining: 1,
      keepAliveTimeout: idleMs,
      keepAliveMaxTimeout: idleMs,
      maxHeaderSize: maxHeaderBytes,
      // an answer takes as long as it takes
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    const connections = { pool, up: 0, running: 0 };
    targets.set(socketPath, connections);
    pool.on('connect', () => (connections.up += 1));
    pool.on('disconnect', () => {
      connections.up -= 1;
      forgetUnused(socketPath, connections);
    });
    return connections;
  };

  /** Targets come and go, and each has a socket of its own. */
  const forgetUnused = (socketPath: string, { pool, up, running }: Connections) => {
    if (up > 0 || running > 0 || targets.get(socketPath)?.pool !== pool) return;
    targets.delete(socketPath);
    void pool.close();
  };

  return {
    async send(request: IncomingMessage, response: ServerResponse, options: SharedRequest): Promise<SharedOutcome> {
      if (response.destroyed) return 'gone';
      const connections = connectionsTo(options.socketPath);
      const isUsed = connections.running < connections.up;
      connections.running += 1;
      const ended = Promise.withResolvers<SharedOutcome>();
      connections.pool.dispatch(
        {
          path: options.path,
          method: request.method ?? 'GET',
          headers: options.headers as Record<string, string | string[]>,
        },
        carry(response, options, ended.resolve),
      );
      const outcome = await ended.promise;
      connections.running -= 1;
      forgetUnused(options.socketPath, connections);
      return outcome === 'broken' && isUsed ? 'stale' : outcome;
    },

    async close(): Promise<void> {
      const all = [...targets.values()];
      targets.clear();
      await Promise.all(all.map(({ pool }) => pool.destroy()));
    },
  };
}

/** Made once: each client that goes would make another, with its trace. */
const left = new Error('The client has gone.');
const declined = new Error('The answer is not for the client.');

function carry(
  response: ServerResponse,
  { shape, accepts }: Pick<SharedRequest, 'shape' | 'accepts'>,
  settle: (outcome: 'answered' | 'gone' | 'refused' | 'broken') => void,
): Dispatcher.DispatchHandler {
  let controller: Dispatcher.DispatchController | null = null;
  let begun = false;
  let ended = false;
  // Also once all has gone to the client: only then is the answer over.
  response.once('close', () => {
    if (!ended) controller?.abort(left);
    settle(begun ? 'answered' : 'gone');
  });
  return {
    onRequestStart(started) {
      controller = started;
      if (response.destroyed) started.abort(left);
    },
    onResponseStart(started, status) {
      if (status < 200) return;
      if (accepts?.(status) === false) return started.abort(declined);
      const headers = shape(namesAndValues(started.rawHeaders));
      // Node throws for what it can't send; then the client has nothing yet, and is told below.
      response.writeHead(status, headers);
      begun = true;
      // An event stream's headers must not wait for its first event; others go out with the beginning of their body.
      if (headers['content-length'] === undefined) response.flushHeaders();
    },
    onResponseData(started, chunk) {
      if (response.write(chunk)) return;
      started.pause();
      response.once('drain', () => started.resume());
    },
    onResponseEnd() {
      ended = true;
      response.end();
    },
    onResponseError(_started, error) {
      ended = true;
      // Cut short: the client must not take what it got for the whole.
      if (begun) response.destroy();
      else settle(error === declined || isRefusal(error) ? 'refused' : 'broken');
    },
  };
}

/** Header fields are Latin-1 (RFC 9110, 5.5), as Node reads and writes them. */
const namesAndValues = (raw: unknown): string[] =>
  ((raw ?? []) as readonly (Buffer | string)[]).map((part) =>
    typeof part === 'string' ? part : part.toString('latin1'),
  );
