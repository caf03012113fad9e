import { lookup, type LookupAddress } from 'node:dns';
import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import type { Clock } from '../../../lib/clock.ts';
import { describeConnectionError } from '../../../lib/connection-error.ts';
import { hostOf, type Reach } from '../../../lib/reach.ts';
import { LivyCallError } from './call-error.ts';
import type { Upstream } from './model.ts';

export type Ask = {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** below the server's address; made of numbers and names of our own */
  readonly path: string;
  readonly body?: unknown;
  readonly signal?: AbortSignal;
};

/** What a Livy has answered, whole; `json` undefined: it was no JSON. */
export type Answer = { readonly status: number; readonly json: unknown };

export type LivyClient = ReturnType<typeof createLivyClient>;

/** Says to the next Emberlab that a request has been handed on already: two that named each other would never come to an end. */
export const passedOn = 'emberlab-passed-on';

/** The largest answer that is read as a whole. What may be larger is streamed. */
const maxAnswerBytes = 32 * 1024 * 1024;

/**
 * Asks Livy servers. Each request has a connection of its own, so it is certain whether an error came before or after sending, and a connection that one
 * project may use is never another's. Redirects are not followed: they could lead to where nothing may be asked. Throws `LivyCallError`.
 */
export function createLivyClient({
  clock,
  limits,
}: {
  clock: Clock;
  limits: { readonly livyConnectMs: number; readonly livyAnswerMs: number };
}) {
  /** Sends a request; resolves when the answer begins. */
  const send = (server: Upstream, ask: Ask): Promise<IncomingMessage> => {
    const url = new URL(server.url + ask.path);
    const host = hostOf(url);
    // Names are looked at again with what they stand for, when they are looked up.
    const mayGo = isIP(host) === 0 ? server.reach.mayTry(url) : server.reach.allows(url, host);
    if (!mayGo) return Promise.reject(notAllowed(url));
    const secure = url.protocol === 'https:';
    const body = ask.body === undefined ? null : Buffer.from(JSON.stringify(ask.body));
    const options: RequestOptions = {
      method: ask.method,
      agent: false,
      lookup: checkedLookup(url, server.reach),
      headers: {
        accept: 'application/json',
        'accept-encoding': 'identity',
        'x-requested-by': 'emberlab',
        [passedOn]: '1',
        ...(server.authorization === null ? {} : { authorization: server.authorization }),
        ...(body === null ? {} : { 'content-type': 'application/json', 'content-length': body.length }),
      },
      ...(ask.signal === undefined ? {} : { signal: ask.signal }),
    };
    return new Promise((resolve, reject) => {
      const request = (secure ? httpsRequest : httpRequest)(url, options);
      let connected = false;
      const late = (ms: number, what: string) => clock.after(ms, () => request.destroy(new Late(what)));
      let stopWaiting = late(limits.livyConnectMs, 'does not answer');
      request.once('socket', (socket) =>
        socket.once(secure ? 'secureConnect' : 'connect', () => {
          connected = true;
          stopWaiting();
          stopWaiting = late(limits.livyAnswerMs, 'takes too long to answer');
        }),
      );
      request.on('error', (error) => {
        stopWaiting();
        if (error instanceof LivyCallError) return reject(error);
        const sentence = error instanceof Late ? `${url.host} ${error.message}` : describeConnectionError(error, url);
        reject(new LivyCallError(connected ? 'maybe' : 'no', sentence, error));
      });
      request.once('response', (answer) => {
        stopWaiting();
        const status = answer.statusCode ?? 0;
        if (status < 300 || status >= 400) return resolve(answer);
        answer.destroy();
        reject(
          new LivyCallError(
            'maybe',
            `it leads elsewhere (${status}), and that is not followed; please write the address it leads to`,
          ),
        );
      });
      request.end(body ?? undefined);
    });
  };

  const stream = async (server: Upstream, ask: Ask): Promise<IncomingMessage> => {
    const answer = await send(server, ask);
    cutWhenSilent(answer, clock, limits.livyAnswerMs);
    return answer;
  };

  return {
    /** An answer as a stream, whatever its status. It is cut when nothing has come for long. */
    stream,

    /** An answer as a whole. */
    async call(server: Upstream, ask: Ask): Promise<Answer> {
      const answer = await stream(server, ask);
      return { status: answer.statusCode ?? 0, json: await readJson(answer) };
    },
  };
}

/** An answer's body as JSON; undefined if it is none. Throws a `LivyCallError` for one that is too long or breaks off. */
export async function readJson(answer: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of answer) {
      bytes += (chunk as Buffer).length;
      if (bytes > maxAnswerBytes)
        throw new LivyCallError('maybe', `it answered more than ${maxAnswerBytes / 1024 ** 2} MB`);
      chunks.push(chunk as Buffer);
    }
  } catch (error) {
    if (error instanceof LivyCallError) throw error;
    throw new LivyCallError('maybe', 'it broke off its answer', error);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    return undefined;
  }
}

/** Something took too long. */
class Late extends Error {}

const notAllowed = (url: URL) =>
  new LivyCallError(
    'no',
    `requests to ${url.host} are not allowed here; an administrator can allow them with EMBERLAB_LIVY_ALLOWED`,
  );

/** A lookup of names that answers only addresses to which requests may go: what is checked is what is connected to. */
function checkedLookup(url: URL, reach: Reach): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
      if (error !== null) return callback(error, []);
      const allowed = addresses.filter(({ address }) => reach.allows(url, address));
      const [first] = allowed;
      if (first === undefined) return callback(notAllowed(url), []);
      if (options.all === true) callback(null, allowed);
      else callback(null, first.address, first.family);
    });
  };
}

/** Cuts an answer when nothing of it has come for `ms`, unless it is we who take nothing. */
function cutWhenSilent(answer: IncomingMessage, clock: Clock, ms: number): void {
  let before = -1;
  let cancel = () => {};
  const look = () => {
    const { bytesRead } = answer.socket;
    if (!answer.isPaused() && bytesRead === before) {
      answer.destroy(new Error('nothing came for long'));
      return;
    }
    before = bytesRead;
    cancel = clock.after(ms, look);
  };
  look();
  answer.once('close', () => cancel());
}
