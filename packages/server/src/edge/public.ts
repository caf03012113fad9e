import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Forward } from './forward.ts';
import { fromControl, hasBody, toControl } from './headers.ts';
import type { Place } from './hosts.ts';
import { sendError } from './pages.ts';

/** Requests of the public origin: all of them are control's, and wait while it restarts. */
export type Public = (
  request: IncomingMessage,
  response: ServerResponse,
  place: Place,
  requestId: string,
) => Promise<void>;

export function createPublic(options: {
  controlSocket: string;
  forward: Forward;
  addressOf: (request: IncomingMessage) => string;
  waitMs: number;
}): Public {
  return async (request, response, place, requestId) => {
    const outcome = await options.forward(request, response, {
      socketPath: options.controlSocket,
      path: request.url ?? '/',
      headers: toControl(request, {
        host: place.host,
        scheme: place.scheme,
        requestId,
        address: options.addressOf(request),
      }),
      waitMs: options.waitMs,
      resend: isHarmlessTwice(request) || isKeyedLivyPost(request),
      lasting: true,
      shape: (raw) => ({ 'x-request-id': requestId, ...fromControl(raw) }),
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
