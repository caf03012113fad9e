import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { appHeader } from './ports.ts';

/** Belong to one connection and end there (RFC 9110, 7.6.1); together with those that `Connection` names. */
const hopByHop: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** By which proxies tell who somebody is or whence a request came: only ours may. */
const identity =
  /^(?:forwarded|via|x-forwarded-.*|x-real-.*|x-client-ip|true-client-ip|x-emberlab-.*|x-auth-.*|(?:x-)?remote-.*|x-webauth-.*)$/;

/** Names of Emberlab's own cookies, on whichever origin. */
const ownCookie = /^(?:__(?:host|secure)-)?emberlab/i;

/** What goes on to the next connection, without what `refuse` names. `raw`: names and values in turn, as Node gives them. */
export function endToEnd(raw: readonly string[], refuse: (name: string) => boolean = () => false): OutgoingHttpHeaders {
  // without a prototype, as a header may be called __proto__
  const kept = Object.create(null) as Record<string, string | string[]>;
  const named = new Set<string>();
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const name = (raw[at] ?? '').toLowerCase();
    const value = raw[at + 1] ?? '';
    if (name === 'connection') for (const one of value.split(',')) named.add(one.trim().toLowerCase());
    if (hopByHop.has(name) || refuse(name)) continue;
    const before = kept[name];
    kept[name] = before === undefined ? value : [before, value].flat();
  }
  // how long the body is says the message itself, not a `Connection` that wants it dropped
  named.delete('content-length');
  for (const name of named) delete kept[name];
  return kept;
}

/** The framing of a request's body on the next connection: the same as on this one. */
function frame(request: IncomingMessage, headers: OutgoingHttpHeaders): void {
  // Node has answered "100 Continue" itself
  delete headers.expect;
  if (request.headers['transfer-encoding'] !== undefined) {
    delete headers['content-length'];
    headers['transfer-encoding'] = 'chunked';
  } else if (
    headers['content-length'] === undefined &&
    !/^(?:GET|HEAD|OPTIONS|DELETE|TRACE)$/.test(request.method ?? '')
  ) {
    headers['content-length'] = '0';
  }
}

/** Whether a request has a body, by its framing (RFC 9112, 6.3). */
export const hasBody = (request: IncomingMessage): boolean =>
  request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0;

/** `address`: the client's. */
type Forwarded = { host: string; scheme: string; requestId: string; address: string };

function setForwarded(headers: OutgoingHttpHeaders, { host, scheme, requestId, address }: Forwarded): void {
  headers.host = host;
  headers['x-forwarded-for'] = address;
  headers['x-forwarded-host'] = host;
  headers['x-forwarded-proto'] = scheme;
  headers['x-request-id'] = requestId;
}

/** What control gets: the request's headers, with those that say whence it came made anew. */
export function toControl(request: IncomingMessage, forwarded: Forwarded): OutgoingHttpHeaders {
  const headers = endToEnd(request.rawHeaders, (name) => identity.test(name));
  setForwarded(headers, forwarded);
  frame(request, headers);
  return headers;
}

/**
 * What control gets from the page of an app, with the app's id in place of everything by which the client says who it is. What page asked has been looked
 * at by then, and would look foreign there.
 */
export function toControlFromApp(request: IncomingMessage, forwarded: Forwarded & { id: string }): OutgoingHttpHeaders {
  const headers = toControl(request, forwarded);
  for (const name of Object.keys(headers)) {
    if (/^(?:authorization|cookie|origin|referer|sec-.*)$/.test(name)) delete headers[name];
  }
  headers[appHeader] = forwarded.id;
  return headers;
}

/**
 * What a target gets: no credential of ours and no identity that the client claims; the target's own headers instead. A target of control's keeps
 * the public host, as it makes addresses from it; any other is told that it is `localhost`, which Jupyter takes without further settings.
 */
export function toTarget(
  request: IncomingMessage,
  options: Forwarded & {
    origin: string;
    viaControl: boolean;
    headers: Readonly<Record<string, string>>;
    webSocket: boolean;
  },
): OutgoingHttpHeaders {
  const ours = (name: string) => name === 'authorization' || name === 'cookie' || identity.test(name);
  const headers = endToEnd(request.rawHeaders, ours);
  const cookies = withoutOwnCookies(request.headers.cookie);
  if (cookies !== null) headers.cookie = cookies;
  if (options.viaControl) {
    setForwarded(headers, options);
  } else {
    headers.host = 'localhost';
    if (headers.origin !== undefined) headers.origin = 'http://localhost';
    const referer = request.headers.referer;
    if (referer?.startsWith(`${options.origin}/`) === true) {
      headers.referer = `http://localhost${referer.slice(options.origin.length)}`;
    } else {
      delete headers.referer;
    }
  }
  for (const [name, value] of Object.entries(options.headers)) headers[name.toLowerCase()] = value;
  if (options.webSocket) {
    delete headers['content-length'];
    headers.connection = 'Upgrade';
    headers.upgrade = 'websocket';
  } else {
    frame(request, headers);
  }
  return headers;
}

function withoutOwnCookies(header: string | undefined): string | null {
  const kept = (header ?? '').split(';').filter((pair) => !ownCookie.test(pair.trim()) && pair.trim() !== '');
  return kept.length === 0 ? null : kept.map((pair) => pair.trim()).join('; ');
}

/** Cookies that a target sets: for its own host alone, and never one of ours. */
function ownHostCookies(cookies: readonly string[]): string[] {
  return cookies
    .filter((cookie) => !ownCookie.test(cookie.trim()))
    .map((cookie) =>
      cookie
        .split(';')
        .filter((attribute, index) => index === 0 || !/^\s*domain\s*(?:=|$)/i.test(attribute))
        .join(';'),
    );
}

/** Headers of control's answer, as they go on to the client. */
export const fromControl = (raw: readonly string[]): OutgoingHttpHeaders => endToEnd(raw);

/** What a target may not say of its host in the browser: the edge does. */
const isRefused = (name: string): boolean => name === 'strict-transport-security';

/**
 * Headers of a target's answer, as they go on to the client. Ours are added to a policy that the target has itself: a browser keeps to each of
 * several (CSP Level 3, 8.1).
 */
export function fromTarget(raw: readonly string[], relocate: (location: string) => string): OutgoingHttpHeaders {
  const headers = endToEnd(raw, isRefused);
  const cookies = ownHostCookies(listOf(headers['set-cookie']));
  if (cookies.length > 0) headers['set-cookie'] = cookies;
  else delete headers['set-cookie'];
  const [location] = listOf(headers.location);
  if (location !== undefined) headers.location = relocate(location);
  headers['x-content-type-options'] = 'nosniff';
  headers['referrer-policy'] = 'same-origin';
  headers['content-security-policy'] = [...listOf(headers['content-security-policy']), "frame-ancestors 'self'"].join(
    ', ',
  );
  return headers;
}

const listOf = (value: OutgoingHttpHeaders[string]): string[] =>
  value === undefined ? [] : [value].flat().map(String);
