import { BlockList, isIP } from 'node:net';

/**
 * Addresses that no request of ours ever goes to, whoever asks: those that mean no one machine, and those where clouds hand out the credentials of the
 * machine that asks.
 */
const neverV4 = [
  ['0.0.0.0', 8],
  ['100.100.100.200', 32],
  ['168.63.129.16', 32],
  ['169.254.0.0', 16],
  ['192.0.0.192', 32],
  ['224.0.0.0', 3],
] as const;
const neverV6 = [
  ['::', 128],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
  ['fd00:ec2::', 32],
] as const;

const never = new BlockList();
for (const [net, length] of neverV4) {
  never.addSubnet(net, length, 'ipv4');
  // The same address by its other names: mapped, translated (NAT64), tunnelled (6to4).
  const [high, low] = hex(net);
  for (const prefix of ['::ffff:', '64:ff9b::']) never.addSubnet(`${prefix}${high}:${low}`, 96 + length, 'ipv6');
  never.addSubnet(`2002:${high}:${low}::`, 16 + length, 'ipv6');
}
for (const [net, length] of neverV6) never.addSubnet(net, length, 'ipv6');

/** An IPv4 address as the two last groups of an IPv6 one. */
function hex(address: string): [string, string] {
  const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number);
  return [(a * 256 + b).toString(16), (c * 256 + d).toString(16)];
}

const family = (ip: string) => (isIP(ip) === 6 ? 'ipv6' : 'ipv4');

/** Whether a request may go to this IP address at all. */
export const isReachable = (ip: string): boolean => isIP(ip) !== 0 && !never.check(ip, family(ip));

/** A rule of a list of allowed addresses: `*`, a host, `*.domain`, an IP address or a network, maybe with a scheme before and a port behind. */
type Rule = {
  readonly scheme: string | null;
  readonly port: string | null;
  readonly names: ((host: string) => boolean) | null;
  readonly net: BlockList | null;
};

/** What a list of rules allows. Names are compared with the address as it is written; networks with the IP addresses that it stands for. */
export type Reach = {
  /** Whether an address may be asked for, as far as its text tells: false where no rule can fit, whatever it stands for. */
  mayTry(url: URL): boolean;
  /** Whether it may be asked for at this IP address, which its host stands for. */
  allows(url: URL, ip: string): boolean;
};

/** Compiles rules. Throws an `Error` that names the one that can't be read. */
export function compileReach(rules: readonly string[]): Reach {
  const compiled = rules.map(compileRule);
  const fits = (rule: Rule, url: URL) =>
    (rule.scheme === null || rule.scheme === url.protocol) && (rule.port === null || rule.port === portOf(url));
  return {
    mayTry: (url) => compiled.some((rule) => fits(rule, url) && (rule.names === null || rule.names(hostOf(url)))),
    allows: (url, ip) =>
      isReachable(ip) &&
      compiled.some(
        (rule) =>
          fits(rule, url) && (rule.names === null ? rule.net?.check(ip, family(ip)) === true : rule.names(hostOf(url))),
      ),
  };
}

/** Everything that may be reached at all. */
export const reachAll: Reach = compileReach(['*']);

const portOf = (url: URL): string => (url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port);

/** The host of an address, without the brackets of IPv6 and the dot at the end of a full name. */
export const hostOf = (url: URL): string => url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');

const hostName = /^[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*$/;

function compileRule(written: string): Rule {
  const unreadable = () =>
    new Error(
      `"${written}" is no address: please write a host, *.domain, an IP address or a network such as 10.0.0.0/8, with https:// before and :port behind if you like`,
    );
  const [, schemeText, rest = ''] = /^(?:(https?):\/\/)?(.+)$/i.exec(written.trim().toLowerCase()) ?? [];
  // An IPv6 address has colons of its own, so it stands in brackets where a port follows.
  const [, host = '', portText] =
    /^\[([0-9a-f:.]+(?:\/\d+)?)\](?::(\d+))?$/.exec(rest) ??
    (rest.split(':').length > 2 ? [rest, rest] : (/^([^:]+?)\.?(?::(\d+))?$/.exec(rest) ?? []));
  const rule = { scheme: schemeText === undefined ? null : `${schemeText}:`, port: portText ?? null };
  if (portText !== undefined && (Number(portText) < 1 || Number(portText) > 65535)) throw unreadable();
  if (host === '*') return { ...rule, names: () => true, net: null };
  const [address = '', lengthText] = host.split('/');
  const version = isIP(address);
  if (version !== 0) {
    const most = version === 6 ? 128 : 32;
    const length = lengthText === undefined ? most : /^\d{1,3}$/.test(lengthText) ? Number(lengthText) : most + 1;
    if (length > most || host.split('/').length > 2) throw unreadable();
    const net = new BlockList();
    net.addSubnet(address, length, family(address));
    return { ...rule, names: null, net };
  }
  const domain = host.startsWith('*.') ? host.slice(2) : host;
  if (!hostName.test(domain) || /^[\d.]+$/.test(domain)) throw unreadable();
  const names = host.startsWith('*.')
    ? (name: string) => name.endsWith(`.${domain}`) && isIP(name) === 0
    : (name: string) => name === domain;
  return { ...rule, names, net: null };
}
