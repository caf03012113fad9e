import { describe, expect, test } from 'vitest';
import { compileReach, isReachable, reachAll } from './reach.ts';

const url = (text: string) => new URL(text);

test.each([
  '169.254.169.254',
  '169.254.0.1',
  '::ffff:169.254.169.254',
  '::ffff:a9fe:a9fe',
  '64:ff9b::169.254.169.254',
  '2002:a9fe:a9fe::1',
  'fe80::1',
  'fd00:ec2::254',
  '100.100.100.200',
  '168.63.129.16',
  '0.0.0.0',
  '0.1.2.3',
  '::',
  '255.255.255.255',
  '224.0.0.1',
  'ff02::1',
  'localhost',
  '',
])('nothing is ever asked at %j', (ip) => {
  expect(isReachable(ip)).toBe(false);
  expect(reachAll.allows(url('http://livy.example.org'), ip)).toBe(false);
});

test.each(['127.0.0.1', '::1', '10.1.2.3', '192.168.0.1', '203.0.113.5', '2001:db8::1', 'fd12::1', '64:ff9b::1.2.3.4'])(
  'what lists allow may be at %s',
  (ip) => expect(isReachable(ip)).toBe(true),
);

describe('a list of addresses', () => {
  test.each([
    ['livy.example.org', 'http://livy.example.org:8998', '10.0.0.1', true],
    ['livy.example.org', 'https://LIVY.example.org./x', '10.0.0.1', true],
    ['livy.example.org', 'http://livy.example.org.evil.net', '10.0.0.1', false],
    ['livy.example.org', 'http://evil.net/livy.example.org', '10.0.0.1', false],
    ['livy.example.org', 'http://livy.example.org', '169.254.169.254', false],
    ['*.example.org', 'http://a.b.example.org', '10.0.0.1', true],
    ['*.example.org', 'http://example.org', '10.0.0.1', false],
    ['*.example.org', 'http://badexample.org', '10.0.0.1', false],
    ['livy:8998', 'http://livy:8998', '10.0.0.1', true],
    ['livy:8998', 'http://livy:22', '10.0.0.1', false],
    ['livy:443', 'https://livy', '10.0.0.1', true],
    ['https://livy', 'https://livy', '10.0.0.1', true],
    ['https://livy', 'http://livy', '10.0.0.1', false],
    ['10.0.0.0/8', 'http://anything.example.org', '10.200.0.1', true],
    ['10.0.0.0/8', 'http://anything.example.org', '11.0.0.1', false],
    ['10.0.0.0/8', 'http://anything.example.org', '::ffff:10.0.0.1', true],
    ['10.0.0.0/8:8998', 'http://10.0.0.1:8998', '10.0.0.1', true],
    ['10.0.0.0/8:8998', 'http://10.0.0.1:80', '10.0.0.1', false],
    ['127.0.0.1:8998', 'http://0x7f.1:8998', '127.0.0.1', true],
    ['fd00::/8', 'http://[fd12::1]:8998', 'fd12::1', true],
    ['[fd00::/8]:8998', 'http://[fd12::1]:80', 'fd12::1', false],
    ['169.254.0.0/16', 'http://169.254.169.254', '169.254.169.254', false],
    ['*', 'http://anything', '10.0.0.1', true],
    ['*', 'http://anything', 'fe80::1', false],
  ])('%s: %s at %s is %s', (rule, address, ip, expected) => {
    expect(compileReach([rule]).allows(url(address), ip)).toBe(expected);
  });

  test('that is empty allows nothing', () => {
    expect(compileReach([]).mayTry(url('http://livy'))).toBe(false);
    expect(compileReach([]).allows(url('http://livy'), '10.0.0.1')).toBe(false);
  });

  test('tells from the text alone what can’t be allowed; of networks it can’t tell', () => {
    const reach = compileReach(['https://livy.example.org', '10.0.0.0/8:8998']);
    expect(reach.mayTry(url('https://livy.example.org'))).toBe(true);
    expect(reach.mayTry(url('http://other.example.org'))).toBe(false);
    expect(reach.mayTry(url('http://other.example.org:8998'))).toBe(true);
  });

  test.each([
    '',
    ' ',
    'ftp://livy',
    'http://',
    'livy/path',
    'livy:x',
    'livy:0',
    '10.0.0.0/33',
    '10.0.0',
    'a..b',
    '*x.org',
    '1::2::3',
    '10.0.0.0/8/8',
    'user@livy',
  ])('has no rule %j', (rule) => expect(() => compileReach([rule])).toThrow(/is no address/));
});
