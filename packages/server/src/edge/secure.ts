import type { IncomingMessage } from 'node:http';
import { isLoopback, plainAddress } from '../lib/addresses.ts';
import { isEncrypted } from './front.ts';
import type { Place } from './hosts.ts';
import type { Proxies } from './proxies.ts';

/** A year, for this host alone: others below it may be somebody else's. */
const strict = 'max-age=31536000';

/** What is asked of connections where people come by https. */
export type Secure = {
  /** The origin at which a request should have come, without which it is not answered; null: it came well. */
  originInstead(request: IncomingMessage, place: Place): string | null;
  /** By which browsers keep to https from now on; null: this isn't the place for it. */
  strictTransport(place: Place): string | null;
};

/** `tls`: this very port speaks it. Plain HTTP is then for programs of this machine that use the gateway: kernels, which have a token and no certificate. */
export function createSecure(options: { tls: boolean; publicOrigin: string; proxies: Proxies }): Secure {
  const { tls, publicOrigin, proxies } = options;
  return {
    originInstead(request, place) {
      const plain = tls ? !isEncrypted(request) && !isLocalGateway(request, place) : proxies.saysPlain(request);
      if (!plain || !(tls || place.scheme === 'https')) return null;
      return place.kind === 'app' ? place.origin : publicOrigin;
    },
    strictTransport(place) {
      const name = place.host.replace(/:\d+$/, '');
      // It would bind everything else that is served at such a name.
      const local = /^(?:.+\.)?localhost$|^\[|^[\d.]+$/.test(name);
      return place.scheme === 'https' && !local ? strict : null;
    },
  };
}

function isLocalGateway({ socket, url = '' }: IncomingMessage, place: Place): boolean {
  const { remoteAddress = '', localAddress = '' } = socket;
  const local = isLoopback(remoteAddress) || plainAddress(remoteAddress) === plainAddress(localAddress);
  return local && place.kind === 'public' && url.startsWith('/livy/');
}
