import type { IncomingMessage, ServerResponse } from 'node:http';
import { digest } from '../lib/ids.ts';
import type { CallControl } from './control.ts';
import type { Feed } from './feed.ts';
import type { AppPlace } from './hosts.ts';
import { parseRedeemed } from './lines.ts';
import { sendError } from './pages.ts';
import { ownPath } from './paths.ts';
import type { TableView } from './table.ts';

export type OpenWithTicket = (
  request: IncomingMessage,
  response: ServerResponse,
  place: AppPlace,
  requestId: string,
) => Promise<void>;

/**
 * `GET /-/open?ticket=…` of an app's origin: turns a one-time ticket into a cookie that opens this origin alone, and goes on to the ticket's path. The
 * ticket leaves the address bar with the redirect and is worth nothing by then.
 */
export function createOpenWithTicket(options: {
  call: CallControl;
  feed: Feed;
  table: TableView;
  cookieName: string;
  secure: boolean;
  publicOrigin: string;
  waitMs: number;
}): OpenWithTicket {
  return async (request, response, place, requestId) => {
    const failed = (code: 'ticket_expired' | 'unavailable' | 'internal' | 'method_not_allowed') =>
      sendError(request, response, { code, requestId, dashboard: options.publicOrigin });
    // HEAD would use the ticket up for whoever looks at links before people do
    if (request.method !== 'GET') return failed('method_not_allowed');
    const [, query = ''] = /\?(.*)$/s.exec(request.url ?? '') ?? [];
    const ticket = new URLSearchParams(query).get('ticket') ?? '';
    if (ticket === '' || ticket.length > 200) return failed('ticket_expired');
    const left = new AbortController();
    response.once('close', () => left.abort());
    const answer = await options.call(
      '/redeem',
      { ticket, targetId: place.id },
      { waitMs: options.waitMs, signal: left.signal },
    );
    if (answer === null) return failed('unavailable');
    if (answer.status === 410) return failed('ticket_expired');
    const redeemed = answer.status === 200 ? parseRedeemed(answer.text) : null;
    if (redeemed === null) return failed('internal');
    // The next request needs the grant, which comes on another connection than this answer did.
    const known = digest(redeemed.secret);
    await options.feed.until(() => options.table.grant(known) !== undefined, 2000);
    if (response.destroyed) return;
    const cookie = [
      `${options.cookieName}=${redeemed.secret}`,
      'Path=/',
      `Max-Age=${redeemed.maxAgeSeconds}`,
      'HttpOnly',
      'SameSite=Lax',
      ...(options.secure ? ['Secure'] : []),
    ];
    response.writeHead(303, {
      'set-cookie': cookie.join('; '),
      location: ownPath(redeemed.path, place.origin),
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'content-length': 0,
    });
    response.end();
  };
}
