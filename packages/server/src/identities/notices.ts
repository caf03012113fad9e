import type { System } from '@emberlab/contract';
import type { Isolation } from './identities.ts';

/** What everyone should know of whom members' code runs as. */
export function noticesOf({ users, missing }: Isolation): System['notices'] {
  if (users) return missing.map((message) => ({ level: 'info', message }));
  const what =
    'All notebooks run as the same user of this machine, so members of one project can read the files of others. Invite only people who may.';
  return [{ level: 'warning', message: [what, ...missing].join(' ') }];
}
