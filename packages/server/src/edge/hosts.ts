/** What a `Host` header stands for. `host` is that header written anew: lower case, without a default port. */
export type Place =
  | { readonly kind: 'public'; readonly host: string; readonly scheme: 'http' | 'https' }
  | {
      readonly kind: 'app';
      readonly host: string;
      readonly scheme: 'http' | 'https';
      readonly id: string;
      readonly origin: string;
    };
export type AppPlace = Extract<Place, { kind: 'app' }>;

export type Hosts = {
  /** null: a name that isn't ours, so that a foreign name which was made to resolve to us (DNS rebinding) reaches nothing. */
  classify(hostHeader: string | undefined, encrypted?: boolean): Place | null;
  readonly publicOrigin: string;
  /** Whether apps are served over https, so that their cookies can be bound to it. */
  readonly secureApps: boolean;
};

type Origin = { scheme: 'http' | 'https'; name: string; port: number };

const defaultPort = (scheme: string): number => (scheme === 'https' ? 443 : 80);
const loopbackNames: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * Tells which kind of origin a `Host` header (RFC 9110, 7.2) names: the public one, which loopback names and the address that we listen on, with our port, are too, or `{id}` of the
 * template of apps' origins. Names are compared whole. `encrypted`: the request came by TLS to our own port. `port` is the one that we listen on; it also stands in for port 0 in the two origins.
 */
export function createHosts(options: {
  host: string;
  publicOrigin: string;
  appsOrigin: string;
  port: number;
  /** an origin under which servers on other machines reach us; null: there are none */
  innerOrigin?: string | null;
}): Hosts {
  // Jupyter's kernels on this machine reach the gateway by the address that we listen on.
  const ownNames = new Set([
    ...loopbackNames,
    options.host.includes(':') ? `[${options.host}]` : options.host.toLowerCase(),
  ]);
  const dashboard = readOrigin(options.publicOrigin, options.port);
  const apps = readOrigin(options.appsOrigin, options.port);
  const { innerOrigin = null } = options;
  const inner = innerOrigin === null ? null : readOrigin(innerOrigin, options.port);
  const [before = '', after = ''] = apps.name.split('{id}');
  return {
    publicOrigin: write(dashboard),
    secureApps: apps.scheme === 'https',
    classify(header, encrypted = false) {
      const match = /^([a-z0-9.-]+|\[[0-9a-f:.]+\])(?::(\d{1,5}))?$/.exec((header ?? '').toLowerCase());
      const name = match?.[1];
      if (name === undefined) return null;
      const port = match?.[2] === undefined ? null : Number(match[2]);
      if (name === dashboard.name && (port ?? defaultPort(dashboard.scheme)) === dashboard.port) {
        return { kind: 'public', scheme: dashboard.scheme, host: hostOf(dashboard) };
      }
      if (name === inner?.name && (port ?? defaultPort(inner.scheme)) === inner.port) {
        return { kind: 'public', scheme: inner.scheme, host: hostOf(inner) };
      }
      const scheme = encrypted ? 'https' : 'http';
      if (ownNames.has(name) && (port ?? defaultPort(scheme)) === options.port) {
        return { kind: 'public', scheme, host: hostOf({ scheme, name, port: options.port }) };
      }
      if ((port ?? defaultPort(apps.scheme)) !== apps.port) return null;
      if (!name.startsWith(before) || !name.endsWith(after) || name.length <= before.length + after.length) return null;
      const id = name.slice(before.length, name.length - after.length);
      if (!/^[a-z0-9-]{1,63}$/.test(id)) return null;
      const own = { ...apps, name };
      return { kind: 'app', scheme: apps.scheme, host: hostOf(own), id, origin: write(own) };
    },
  };
}

function readOrigin(text: string, listeningPort: number): Origin {
  const match = /^(https?):\/\/(\[[^\]]+\]|[^:/]+)(?::(\d+))?$/i.exec(text);
  if (match?.[1] === undefined || match[2] === undefined) throw new Error(`${text} is not an origin.`);
  const scheme = match[1].toLowerCase() === 'https' ? 'https' : 'http';
  const port = match[3] === undefined ? defaultPort(scheme) : Number(match[3]);
  return { scheme, name: match[2].toLowerCase(), port: port === 0 ? listeningPort : port };
}

const hostOf = ({ scheme, name, port }: Origin): string => (port === defaultPort(scheme) ? name : `${name}:${port}`);
const write = (origin: Origin): string => `${origin.scheme}://${hostOf(origin)}`;
