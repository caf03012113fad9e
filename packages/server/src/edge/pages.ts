import type { errorTable } from '@emberlab/contract';
import { ServerResponse, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { hasBody } from './headers.ts';

type EdgeCode =
  | 'bad_request'
  | 'cross_site'
  | 'not_found'
  | 'method_not_allowed'
  | 'ticket_expired'
  | 'app_not_running'
  | 'internal'
  | 'unreachable'
  | 'unavailable';

/**
 * The errors that the edge answers itself. Copied from the contract's table, to which the type holds every word, because importing that would load
 * the schema library and with it a fifth of this process's memory.
 */
const errors: Pick<typeof errorTable, EdgeCode> = {
  bad_request: { status: 400, message: 'The request could not be read. Please check its fields.' },
  cross_site: { status: 403, message: 'This request came from another site and was refused.' },
  not_found: { status: 404, message: 'There is nothing here, or it is not yours to see.' },
  method_not_allowed: { status: 405, message: 'This address does not take that method.' },
  ticket_expired: {
    status: 410,
    message: 'This link has been used or has expired. Please open it from the dashboard again.',
  },
  app_not_running: {
    status: 424,
    message: 'What this page belongs to is not running, or it is not yours. Please open it from the dashboard again.',
  },
  internal: {
    status: 500,
    message: 'Something went wrong on our side. Please try again; the log has the details under this request id.',
  },
  unreachable: {
    status: 502,
    message: 'The server behind this page does not answer. Please look at its log on the dashboard.',
  },
  unavailable: { status: 503, message: 'Emberlab is starting. Please try again in a moment.' },
};

export type ErrorAnswer = {
  code: EdgeCode;
  requestId: string;
  /** where a page links to; null: nowhere */
  dashboard: string | null;
  /** a sentence more for people */
  hint?: string;
};

/** Answers an error: as a small page to a browser that opens an address, as the API's JSON to everything else. */
export function sendError(request: IncomingMessage, response: ServerResponse, answer: ErrorAnswer): void {
  // Once the answer has begun, or nobody is there, cutting it short is the only way left to say that it failed.
  if (response.headersSent || response.destroyed) return void response.destroy();
  const { status, message } = errors[answer.code];
  const page = (request.headers.accept ?? '').includes('text/html');
  const body = page
    ? errorPage(message, answer)
    : JSON.stringify({ error: { code: answer.code, message, requestId: answer.requestId } });
  response.writeHead(status, {
    'content-type': page ? 'text/html; charset=utf-8' : 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; base-uri 'none'",
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'x-request-id': answer.requestId,
    ...(answer.code === 'unavailable' ? { 'retry-after': '1' } : {}),
    // the rest of a body that nobody wants isn't waited for
    ...(hasBody(request) && !request.complete ? { connection: 'close' } : {}),
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}

function errorPage(message: string, { requestId, dashboard, hint }: ErrorAnswer): string {
  const link = dashboard === null ? '' : `<p><a href="${escape(dashboard)}/">Go to the dashboard</a></p>`;
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Emberlab</title>
<style>:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:36rem;margin:15vh auto;padding:0 1rem}small{opacity:.7}</style></head>
<body><main><h1>Emberlab</h1><p>${escape(message)}</p>${hint === undefined ? '' : `<p>${escape(hint)}</p>`}${link}
<p><small>Request ${escape(requestId)}</small></p></main></body>
</html>
`;
}

const escape = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

/** A response on the bare socket of an upgrade that is refused; it ends the connection. */
export function responseOn(socket: Duplex, request: IncomingMessage): ServerResponse {
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket as never);
  response.once('finish', () => {
    response.detachSocket(socket as never);
    socket.end(() => socket.destroy());
  });
  return response;
}
