const tcp = /^tcp:\/\/(?:\[([0-9a-f:.]+)\]|([^:/[\]]+)):(\d{1,5})$/i;

/** How to connect to it, as `net` and `http` of Node take it. */
export type Endpoint = { readonly path: string } | { readonly host: string; readonly port: number };

/** Reads where something listens: `tcp://HOST:PORT`, or else the path of a Unix socket. */
export function endpointOf(where: string): Endpoint {
  const [, ipv6, name, port] = tcp.exec(where) ?? [];
  const host = ipv6 ?? name;
  return host === undefined ? { path: where } : { host, port: Number(port) };
}

/** The same for a request of HTTP, whose `path` is something else. */
export function requestTo(
  where: string,
): { readonly socketPath: string } | { readonly host: string; readonly port: number } {
  const endpoint = endpointOf(where);
  return 'path' in endpoint ? { socketPath: endpoint.path } : endpoint;
}

/** Writes an address that `endpointOf` reads. */
export const tcpAddress = (host: string, port: number): string =>
  `tcp://${host.includes(':') ? `[${host}]` : host}:${port}`;
