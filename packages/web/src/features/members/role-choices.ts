import type { Role } from '@emberlab/contract';
import { roleLabels } from '../projects/project-card.tsx';

/** The roles to choose from, the one that may most first. */
export const roleChoices = (['owner', 'editor', 'viewer'] as const satisfies readonly Role[]).map((value) => ({
  value,
  label: roleLabels[value],
}));
