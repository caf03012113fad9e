import { auditActions } from '@emberlab/contract';

/** What can be chosen: each thing that acts are about, such as `session`. */
export const areas: readonly string[] = [
  ...new Set([
    // of the edge and the gateway, which are not in the table of routes
    'app',
    'batch',
    ...Object.values(auditActions).flatMap((each) => (each === null ? [] : [each?.action.split('.')[0] ?? ''])),
  ]),
].toSorted();
