import { lookup, type LookupAddress } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { isPublicAddress } from '../../lib/public-address.ts';
import { compileReach, hostOf } from '../../lib/reach.ts';

/** The addresses that webhooks may be at. */
export type Targets = {
  /** Why an address can't be used, as far as its text tells; null: it may be. */
  problemOf(url: URL): string | null;
  /** Looks a name up, once, and answers only what may be connected to; the error is one with `NotAllowed` where there is nothing of that. */
  lookupFor(url: URL): LookupFunction;
};

/** An address that nothing is sent to. The message is a clause for people. */
export class NotAllowed extends Error {
  override readonly name = 'NotAllowed';
  constructor(host: string) {
    super(
      `nothing is sent to ${host}: it is in a private network, or this machine itself; an administrator can allow it with EMBERLAB_ALERTS_ALLOW`,
    );
  }
}

/** The public internet, and what the rules of an administrator add to it. */
export function createTargets(rules: readonly string[]): Targets {
  const reach = compileReach(rules);
  const mayBeAt = (url: URL, ip: string) => reach.allows(url, ip) || isPublicAddress(ip);
  return {
    problemOf(url) {
      const host = hostOf(url);
      return isIP(host) === 0 || mayBeAt(url, host) ? null : new NotAllowed(host).message;
    },

    lookupFor: (url) => (hostname, options, callback) => {
      lookup(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
        if (error !== null) return callback(error, []);
        const allowed = addresses.filter(({ address }) => mayBeAt(url, address));
        const [first] = allowed;
        if (first === undefined) return callback(new NotAllowed(hostOf(url)), []);
        if (options.all === true) callback(null, allowed);
        else callback(null, first.address, first.family);
      });
    },
  };
}
