import type { ProjectState } from '@emberlab/contract';

/** The state of a project by what its row says. A deletion has the last word: nothing ends it but its own end. */
export function stateOf(row: { archivedAt: number | null; deletingAt: number | null }): ProjectState {
  if (row.deletingAt !== null) return 'deleting';
  return row.archivedAt === null ? 'active' : 'archived';
}
