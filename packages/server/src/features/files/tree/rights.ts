import type { Stats } from 'node:fs';
import type { FileOwner } from '../../../identities/identities.ts';

const bits = { read: 4, write: 2, enter: 1 } as const;
export type Right = keyof typeof bits;

/**
 * Whether somebody may do something with a file or folder, as the machine would decide it if they asked it themselves. We ask it as root, to which
 * everything is open: a link that a member has made to a file of somebody else's must not open it. null: we are not root, and the machine decides.
 */
export function may(
  who: FileOwner | null,
  { uid, gid, mode }: Pick<Stats, 'uid' | 'gid' | 'mode'>,
  right: Right,
): boolean {
  if (who === null) return true;
  const shift = who.user !== null && uid === who.user ? 6 : gid === who.group ? 3 : 0;
  return ((mode >> shift) & bits[right]) !== 0;
}
