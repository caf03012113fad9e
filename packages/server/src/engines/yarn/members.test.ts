import { expect, test } from 'vitest';
import { memberName } from './members.ts';

const rule = { domain: 'example.org', user: 'emberlab' };

test('a member is the user of the cluster that their address begins with', () => {
  expect(memberName('Ada.L@Example.org', rule)).toBe('ada.l');
});

test.each(['ada@example.org.evil.net', 'ada@other.org', 'ada', '', undefined, '"ada@example.org"@other.org'])(
  'nobody else can stand for one by an address such as %s',
  (email) => {
    expect(() => memberName(email, rule)).toThrow(/those with an address at example\.org/);
  },
);

test.each(['hdfs', 'root', 'emberlab', 'a b', '$(id)', '-x', '../x', 'a,b'])('no member is %s', (name) => {
  expect(() => memberName(`${name}@example.org`, rule)).toThrow(/stands for no user of this cluster/);
});
