/** The part of a request target (RFC 9112, 3.2.1) before its query. */
export const pathOf = (requestTarget: string): string => requestTarget.split('?', 1)[0] ?? '';

/**
 * Whether a path lies in `/-/`, which belongs to the edge, in any reading of it that a server behind us might take: percent-encoded (also twice),
 * with doubled slashes, backslashes or dot segments. Only used to refuse: what is forwarded goes on as it came.
 */
export function isReserved(path: string): boolean {
  let read = path;
  for (let round = 0; round < 3; round++) {
    const segments: string[] = [];
    for (const segment of read.split(/[/\\]+/)) {
      if (segment === '..') segments.pop();
      else if (segment !== '' && segment !== '.') segments.push(segment);
    }
    if (segments[0] === '-') return true;
    const decoded = read.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
    if (decoded === read) return false;
    read = decoded;
  }
  return false;
}

/**
 * A path of `origin` that is safe as `Location`: parsed as browsers do (WHATWG URL), and written anew with exactly one slash in front, because two
 * name a host (RFC 3986, 4.2). Anything that leaves the origin, or can't be parsed, becomes `/`.
 */
export function ownPath(path: string, origin: string): string {
  if (!path.startsWith('/') || !URL.canParse(path, origin)) return '/';
  const url = new URL(path, origin);
  if (url.origin !== origin || url.username !== '' || url.password !== '') return '/';
  return `/${url.pathname.replace(/^\/+/, '')}${url.search}${url.hash}`;
}

/** `Location` of an answer, with an address of the target's own (`http://localhost/…`, as it knows itself) turned into a path of the app's origin. */
export function ownLocation(location: string, origin: string): string {
  if (!/^https?:\/\//i.test(location) || !URL.canParse(location)) return location;
  const url = new URL(location);
  const own = url.hostname === 'localhost' || url.hostname === '127.0.0.1' || url.hostname === '[::1]';
  return own ? ownPath(`${url.pathname}${url.search}${url.hash}`, origin) : location;
}
