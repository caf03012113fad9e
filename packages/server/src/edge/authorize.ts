import type { Grant, Target } from './protocol.ts';
import type { TableView } from './table.ts';

/** What the decision looks at, and nothing else. Absent headers are undefined; repeated ones come joined and so equal nothing. */
export type Asked = {
  readonly method: string;
  readonly webSocket: boolean;
  readonly origin: string | undefined;
  readonly secFetchSite: string | undefined;
  readonly secFetchMode: string | undefined;
  readonly secFetchDest: string | undefined;
  /** SHA-256 of every value of our cookie: a neighbour may have planted one of the same name beside the right one */
  readonly cookieDigests: readonly string[];
};

export type Decision =
  | { readonly allowed: true; readonly target: Target; readonly grant: Grant }
  | { readonly allowed: false; readonly code: 'not_found' | 'cross_site' };

/**
 * Whether a request or WebSocket may reach the app `place.id`. An id that nobody has and one that isn't the caller's get the same answer. The
 * caller's right is a grant on this very target; the asking page is known by `Origin` and `Sec-Fetch-Site` (Fetch Metadata), compared whole.
 */
export function authorize(
  asked: Asked,
  place: { readonly id: string; readonly origin: string },
  table: TableView,
  now: number,
): Decision {
  const target = table.target(place.id);
  const grant = asked.cookieDigests
    .map((digest) => table.grant(digest))
    .find((candidate) => candidate !== undefined && candidate.targetId === place.id && candidate.expiresAt > now);
  if (target === undefined || grant === undefined) return { allowed: false, code: 'not_found' };
  if (isForeign(asked, place.origin)) return { allowed: false, code: 'cross_site' };
  return { allowed: true, target, grant };
}

/**
 * Whether another page than the app's own asked. A WebSocket has to name its page: browsers always do, and no same-origin policy protects it
 * (RFC 6455, 10.2). A GET from elsewhere passes only as a link that was followed in a window of its own. A request without any of these headers
 * comes from a program, which has no cookie that a page could borrow.
 */
export function isForeign(asked: Asked, ownOrigin: string): boolean {
  const { method, origin, secFetchSite, webSocket } = asked;
  if (origin !== undefined && origin !== ownOrigin) return true;
  if (webSocket) return origin === undefined || (secFetchSite !== undefined && secFetchSite !== 'same-origin');
  if (secFetchSite === undefined || secFetchSite === 'same-origin') return false;
  if (method !== 'GET' && method !== 'HEAD') return true;
  if (secFetchSite === 'none') return false;
  return asked.secFetchMode !== 'navigate' || asked.secFetchDest !== 'document';
}
