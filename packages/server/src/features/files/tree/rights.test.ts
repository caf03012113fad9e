import { describe, expect, it } from 'vitest';
import { may } from './rights.ts';

describe('what somebody may do with a file', () => {
  const ada = { user: 1001, group: 500 };
  const file = (uid: number, gid: number, mode: number) => ({ uid, gid, mode: 0o100000 | mode });

  it('is what the machine would let them do', () => {
    expect(may(ada, file(1001, 500, 0o600), 'read')).toBe(true);
    expect(may(ada, file(1002, 500, 0o660), 'write')).toBe(true);
    expect(may(ada, file(1002, 500, 0o640), 'write')).toBe(false);
    expect(may(ada, file(0, 0, 0o644), 'read')).toBe(true);
    // A hard link that another member has made to a file of the machine.
    expect(may(ada, file(0, 42, 0o640), 'read')).toBe(false);
    // Who owns a file has the owner's rights alone, though the group has more.
    expect(may(ada, file(1001, 500, 0o070), 'read')).toBe(false);
  });

  it('is what the group may where they are nobody in particular', () => {
    const viewer = { user: null, group: 500 };
    expect(may(viewer, file(1001, 500, 0o640), 'read')).toBe(true);
    expect(may(viewer, file(1001, 500, 0o600), 'read')).toBe(false);
    expect(may(viewer, file(0, 500, 0o700), 'enter')).toBe(false);
  });

  it('is left to the machine where we are not root', () => {
    expect(may(null, file(0, 0, 0), 'write')).toBe(true);
  });
});
