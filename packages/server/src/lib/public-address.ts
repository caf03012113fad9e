import { networkInterfaces } from 'node:os';
import ipaddr from 'ipaddr.js';
import { isReachable } from './reach.ts';

/** Where addresses of the internet are given out. */
const internet = ipaddr.parseCIDR('2000::/3') as [ipaddr.IPv6, number];
/** the middle of an IPv6 address in which ISATAP has put an IPv4 one */
const isatap = 0x5efe;

/**
 * Whether an IP address is one of the public internet, and of another machine: none of this machine, of a private or shared network, of a link, of many
 * receivers, and of those where clouds hand out credentials. An IPv4 address in an IPv6 one (mapped, or NAT64) counts as what it is; tunnels (6to4, Teredo,
 * ISATAP) lead who knows where, and count as private.
 */
export function isPublicAddress(ip: string, own: readonly string[] = ownAddresses()): boolean {
  if (!ipaddr.isValid(ip) || !isReachable(ip) || own.includes(ip)) return false;
  const address = ipaddr.parse(ip);
  if (address.kind() === 'ipv4') return address.range() === 'unicast';
  const v6 = address as ipaddr.IPv6;
  const range = v6.range();
  if (range === 'ipv4Mapped') return isPublicAddress(v6.toIPv4Address().toString(), own);
  if (range === 'rfc6052') return isPublicAddress(lastFourBytes(v6), own);
  return range === 'unicast' && v6.match(internet) && v6.parts[5] !== isatap;
}

/** The IPv4 address at the end of an IPv6 one. */
const lastFourBytes = (address: ipaddr.IPv6): string => address.toByteArray().slice(-4).join('.');

const ownAddresses = (): string[] =>
  Object.values(networkInterfaces()).flatMap((each) => (each ?? []).map(({ address }) => address));
