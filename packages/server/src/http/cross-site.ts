/**
 * Whether a request that changes something was asked for by another site's page. Decided on `Sec-Fetch-Site` and `Origin`, compared whole; a
 * request without both comes from a program, which has no cookie that a page could borrow.
 */
export function isCrossSite(request: {
  method: string;
  origin: string | undefined;
  secFetchSite: string | undefined;
  /** the origins under which the dashboard is reached */
  ownOrigins: ReadonlySet<string>;
}): boolean {
  if (request.method === 'GET' || request.method === 'HEAD' || request.method === 'OPTIONS') return false;
  if (request.secFetchSite !== undefined && request.secFetchSite !== 'same-origin') return true;
  return request.origin !== undefined && !request.ownOrigins.has(request.origin);
}
