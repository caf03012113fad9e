/**
 * Where to go after a login. Takes what the address says (`?next=`) and returns a path of our own origin: anything else (another site, another
 * scheme, the login page itself) becomes the home page, so that a crafted link can't send people elsewhere with our login page in front.
 */
export function safeNext(next: unknown, origin: string): string {
  if (typeof next !== 'string' || !next.startsWith('/')) return '/';
  // Browsers read `\` as `/` and drop tabs and line ends inside addresses, so `/\evil.example` and `/<tab>/evil.example` would leave us.
  // oxlint-disable-next-line no-control-regex -- finding control characters is the purpose
  if (/^\/[/\\]|[\u0000-\u001f\u007f\\]/.test(next)) return '/';
  if (!URL.canParse(next, origin)) return '/';
  const url = new URL(next, origin);
  if (url.origin !== origin || url.pathname.startsWith('//')) return '/';
  if (url.pathname === '/login' || url.pathname === '/setup') return '/';
  return url.pathname + url.search + url.hash;
}
