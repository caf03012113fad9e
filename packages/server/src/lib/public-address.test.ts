import { describe, expect, test } from 'vitest';
import { isPublicAddress } from './public-address.ts';

describe('an address', () => {
  test.each([
    ['this machine', ['127.0.0.1', '127.255.0.9', '::1', '0.0.0.0', '::', '::ffff:127.0.0.1', '::ffff:7f00:1']],
    ['private networks', ['10.0.0.1', '172.16.3.4', '172.31.255.255', '192.168.1.1', 'fd12::1', 'fc00::1']],
    ['networks behind a carrier', ['100.64.0.1', '100.100.100.200']],
    ['one link', ['169.254.169.254', '169.254.0.1', 'fe80::1', 'fec0::1', '::ffff:169.254.169.254']],
    ['many receivers', ['224.0.0.1', '239.1.2.3', '255.255.255.255', 'ff02::1']],
    ['credentials of a cloud', ['168.63.129.16', 'fd00:ec2::254', '192.0.0.192', '::ffff:168.63.129.16']],
    [
      'what is reserved',
      ['240.0.0.1', '192.0.2.1', '198.51.100.1', '203.0.113.5', '198.18.0.1', '2001:db8::1', '100::1'],
    ],
    ['an IPv4 address behind NAT64', ['64:ff9b::127.0.0.1', '64:ff9b::10.0.0.1', '64:ff9b::a9fe:a9fe', '64:ff9b:1::1']],
    ['a tunnel', ['2002:7f00:1::1', '2002:808:808::1', '2001::1', '2606:4700::5efe:10.0.0.1', '::127.0.0.1']],
    ['nothing', ['', 'localhost', 'example.org', '1.2.3', '127.1', '0x7f000001', '1.2.3.4.5']],
  ])('of %s is not public', (_, addresses) => {
    expect(addresses.filter((ip) => isPublicAddress(ip, []))).toEqual([]);
  });

  test('of the internet is public, also when it comes as IPv6', () => {
    const all = [
      '8.8.8.8',
      '93.184.216.34',
      '2606:4700::1',
      '2a00:1450:4001::200e',
      '::ffff:8.8.8.8',
      '64:ff9b::8.8.8.8',
    ];
    expect(all.filter((ip) => !isPublicAddress(ip, []))).toEqual([]);
  });

  test('of this machine on the internet is not', () => {
    expect(isPublicAddress('8.8.8.8', ['8.8.8.8'])).toBe(false);
    expect(isPublicAddress('::ffff:8.8.8.8', ['8.8.8.8'])).toBe(false);
  });
});
