import { realpathSync, statSync } from 'node:fs';
import { dirname, sep } from 'node:path';

/** What processes of members find of the machine's folders. */
export type View = {
  /** folders that they find empty: others can't go through them */
  readonly cover: readonly string[];
  /** what they need below these, and below folders for temporary files; none lies in another */
  readonly keep: readonly string[];
};

const isBelow = (path: string, folder: string): boolean => path === folder || path.startsWith(folder + sep);

/** Whether any user of the machine can go through a folder. */
const isOpen = (folder: string): boolean => {
  try {
    return (statSync(folder).mode & 0o001) !== 0;
  } catch {
    return true;
  }
};

/** The folders above a path, the outermost first. */
function above(path: string): string[] {
  const parent = dirname(path);
  return parent === path ? [] : [...above(parent), parent];
}

const real = (path: string): string | null => {
  try {
    return realpathSync(path);
  } catch {
    return null;
  }
};

/** The view in which all of these paths can be reached, whatever the folders above them let others do. Links in the paths are followed; what is absent is left out. */
export function viewOf(needed: readonly string[]): View {
  const paths = [...new Set(needed.map(real))].filter((path) => path !== null);
  const keep = paths.filter((path) => !paths.some((other) => other !== path && isBelow(path, other)));
  const closed = keep.flatMap((path) => above(path).find((folder) => !isOpen(folder)) ?? []);
  const cover = [...new Set(closed)].filter((folder) => !closed.some((one) => one !== folder && isBelow(folder, one)));
  return { cover, keep };
}
