import type { IncomingMessage } from 'node:http';
import { compileNetworks, plainAddress } from '../lib/addresses.ts';
import { isIP } from 'node:net';

/** More proxies than these nobody has one behind the other. */
const maxHops = 20;

/** What a request says of the way that it came, as far as it may be believed. */
export type Proxies = {
  /** The client's address: what the proxies that are ours say, else whoever has the connection. */
  addressOf(request: IncomingMessage): string;
  /** Whether one of our proxies says that the client came to it without TLS. */
  saysPlain(request: IncomingMessage): boolean;
};

/**
 * Believes forwarded headers only from these proxies. Each adds whom it heard at the end of `X-Forwarded-For`, so the list is read from there for as long
 * as who speaks is one of ours; what stands before may be anybody's invention.
 */
export function createProxies(trusted: readonly string[]): Proxies {
  const isOurs = compileNetworks(trusted);
  const peerOf = (request: IncomingMessage) => plainAddress(request.socket.remoteAddress ?? '');
  return {
    addressOf(request) {
      const peer = peerOf(request);
      if (trusted.length === 0 || !isOurs(peer)) return peer;
      const hops = (request.headersDistinct['x-forwarded-for'] ?? []).join(',').split(',').slice(-maxHops);
      let address = peer;
      for (const hop of hops.toReversed()) {
        const named = readAddress(hop);
        if (named === null) return address;
        address = named;
        if (!isOurs(named)) return address;
      }
      return address;
    },
    saysPlain: (request) =>
      trusted.length > 0 &&
      isOurs(peerOf(request)) &&
      (request.headersDistinct['x-forwarded-proto'] ?? []).join().trim().toLowerCase() === 'http',
  };
}

/** An IP address, with or without the port that some proxies add; null: anything else. */
function readAddress(text: string): string | null {
  const bare = /^\[([^\]]+)\](?::\d+)?$|^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(text.trim());
  const address = bare?.[1] ?? bare?.[2] ?? text.trim();
  return isIP(address) === 0 ? null : plainAddress(address);
}
