import { countOf } from '../../lib/units.ts';

const shownProjects = 5;

/** Who may use something; null: all. */
export function spellProjects({ projects }: { projects: readonly string[] | null }): string {
  if (projects === null) return 'all';
  if (projects.length === 0) return 'none';
  const more = projects.length - shownProjects;
  return `${projects.slice(0, shownProjects).join(', ')}${more > 0 ? ` and ${countOf(more, 'other')}` : ''}`;
}
