import { BlockList, isIP, isIPv4 } from 'node:net';

/** An address as one text: an IPv4 one that comes as IPv6 (`::ffff:192.0.2.1`) is the IPv4 one. */
export const plainAddress = (address: string): string => /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address;

export const isLoopback = (address: string): boolean => {
  const plain = plainAddress(address);
  return plain === '::1' || (isIPv4(plain) && plain.startsWith('127.'));
};

/** Addresses and networks, such as `10.0.0.1` and `fd00::/8`. Throws a sentence for what is neither. */
export function compileNetworks(networks: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', bits, ...rest] = network.trim().split('/');
    const version = isIP(address);
    const prefix = bits === undefined ? (version === 4 ? 32 : 128) : /^\d{1,3}$/.test(bits) ? Number(bits) : -1;
    if (version === 0 || rest.length > 0 || prefix < 0 || prefix > (version === 4 ? 32 : 128)) {
      throw new Error(`${network} is no IP address and no network such as 10.0.0.0/8`);
    }
    list.addSubnet(address, prefix, version === 4 ? 'ipv4' : 'ipv6');
  }
  return (address) => {
    const plain = plainAddress(address);
    const version = isIP(plain);
    return version !== 0 && list.check(plain, version === 4 ? 'ipv4' : 'ipv6');
  };
}
