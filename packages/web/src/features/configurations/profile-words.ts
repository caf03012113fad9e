import type { Configuration, ProfileChoice } from '@emberlab/contract';
import { countOf, formatMegabytes } from '../../lib/units.ts';

/** What a server gets of a profile: as much as its configuration asks for, within bounds, or as much as the profile gives. */
export function spellProfile({ gives, most, image }: ProfileChoice, type: Configuration['type']): string {
  const runs = `It runs in the image ${image}.`;
  if (type === 'spark') return `Jupyter gets ${spellShare(gives)}. ${runs}`;
  return most.memoryMb === null && most.cores === null ? runs : `Jupyter gets up to ${spellShare(most)}. ${runs}`;
}

function spellShare({ memoryMb, cores }: ProfileChoice['gives']): string {
  const memory = memoryMb === null ? 'as much memory as there is' : `${formatMegabytes(memoryMb)} of memory`;
  return `${memory} and ${cores === null ? 'all cores' : countOf(cores, 'core')}`;
}

/** What a profile is called that may be gone. */
export const profileLabel = (profiles: readonly ProfileChoice[], name: string): string =>
  profiles.find((one) => one.name === name)?.label ?? name;
