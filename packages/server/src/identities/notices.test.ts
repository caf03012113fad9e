import { expect, test } from 'vitest';
import { noticesOf } from './notices.ts';

test('where members are users of the machine there is nothing to say, but what is missing all the same', () => {
  expect(noticesOf({ users: true, ownTmp: true, missing: [] })).toEqual([]);
  expect(noticesOf({ users: true, ownTmp: false, missing: ['No mounts.'] })).toEqual([
    { level: 'info', message: 'No mounts.' },
  ]);
});

test('where everything runs as one user people are warned, and told why', () => {
  expect(noticesOf({ users: false, ownTmp: false, missing: ['The setting isolation is off.'] })).toEqual([
    { level: 'warning', message: expect.stringMatching(/same user.*Invite only.*The setting isolation is off\.$/) },
  ]);
});
