import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Forward } from './forward.ts';
import { fromControl, hasBody, toControl } from './headers.ts';
import type { Place } from './hosts.ts';
import { sendError } from './pages.ts';
import type { Readers } from './readers.ts';

/**
 * Requests of the public origin: all of them are control's, and wait while it restarts. Those that any replica may answer go to one of these; what it can't answer
 * goes to the one that leads, as if nothing had been.
 */
export type Public = (
  request: IncomingMessage,
  response: ServerResponse,
  place: Place,
  requestId: string,
) => Promise<void>;

export function createPublic(options: {
  controlSocket: string;
  /** null: there are no replicas */
  readers: Pick<Readers, 'pick' | 'lost'> | null;
  forward: Forward;
  addressOf: (request: IncomingMessage) => string;
  waitMs: number;
}): Public {
  return async (request, response, place, requestId) => {
    const forwarding = {
      path: request.url ?? '/',
      headers: toControl(request, {
        host: place.host,
        scheme: place.scheme,
        requestId,
        address: options.addressOf(request),
      }),
      lasting: true,
      shape: (raw: readonly string[]) => ({ 'x-request-id': requestId, ...fromControl(raw) }),
    };
    const reader = options.readers?.pick(request) ?? null;
    if (reader !== null) {
      const read = await options.forward(request, response, {
        ...forwarding,
        socketPath: reader,
        waitMs: 0,
        resend: true,
        accepts: (status) => status < 500,
      });
      if (read === 'answered' || read === 'gone') return;
      if (read === 'broken') options.readers?.lost(reader);
    }
    const outcome = await options.forward(request, response, {
      ...forwarding,
      socketPath: options.controlSocket,
      waitMs: options.waitMs,
      resend: isHarmlessTwice(request) || isKeyedLivyPost(request),
    });
    if (outcome === 'refused' || outcome === 'broken') {
      sendError(request, response, { code: 'unavailable', requestId, dashboard: null });
    }
  };
}

/** Whether doing a request twice does no harm: its method says so (RFC 9110, 9.2.2) and it brings no content. */
export const isHarmlessTwice = (request: IncomingMessage): boolean =>
  /^(?:GET|HEAD|OPTIONS|TRACE|PUT|DELETE)$/.test(request.method ?? '') && !hasBody(request);

/** A POST that control carries out once however often it comes: it looks at `Idempotency-Key` in the Livy gateway, and nowhere else. */
const isKeyedLivyPost = (request: IncomingMessage): boolean =>
  request.method === 'POST' &&
  request.headers['idempotency-key'] !== undefined &&
  (request.url ?? '').startsWith('/livy/');
