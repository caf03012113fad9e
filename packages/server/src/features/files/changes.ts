import type { ProjectEntry } from '@emberlab/contract';
import { fileNameProblem, nameOfBytes } from '@emberlab/contract';
import { HttpError } from '../../http/errors.ts';
import { makeFolder, moveName, mustBeOpen } from './tree/make.ts';
import { isKept, partsOf, pathOf, splitLast, type Parts } from './tree/path.ts';
import { presentEntry } from './tree/present.ts';
import { belongsToProject, explained, noEntry } from './tree/problems.ts';
import { holding, holdWithin, walkToFolder, type Tree } from './tree/walk.ts';

/** The names of a path at which something is to be made. Throws `bad_request` for a name that nothing should have. */
export function newPartsOf(path: string): { parts: Parts; above: Parts; name: Buffer } {
  const parts = partsOf(path);
  const split = parts === null ? null : splitLast(parts);
  if (parts === null || split === null) throw noEntry();
  const problem = fileNameProblem(nameOfBytes(split.name));
  if (problem !== undefined) throw new HttpError('bad_request', { message: problem });
  return { parts, ...split };
}

/** Makes a folder. Throws `not_found` where the one above it is not there, `name_taken`. */
export async function makeFolderAt(tree: Tree, path: string): Promise<ProjectEntry> {
  const { parts, above, name } = newPartsOf(path);
  try {
    return await holding(walkToFolder(tree, above), async (folder) => {
      mustBeOpen(tree.who, folder);
      await makeFolder(tree.who, folder, name);
      return holding(holdWithin(folder, name), async ({ stats }) => presentEntry(parts, stats));
    });
  } catch (error) {
    throw explained(error);
  }
}

/** Moves something, or gives it another name. A link is moved as a link. Throws `not_found`, `name_taken`. */
export async function moveEntry(tree: Tree, from: string, to: string): Promise<ProjectEntry> {
  const old = partsOf(from);
  const source = old === null ? null : splitLast(old);
  if (old === null || source === null) throw noEntry();
  if (isKept(old)) throw belongsToProject(pathOf(old));
  const target = newPartsOf(to);
  try {
    return await holding(walkToFolder(tree, source.above), (folder) =>
      holding(walkToFolder(tree, target.above), async (into) => {
        mustBeOpen(tree.who, folder);
        mustBeOpen(tree.who, into);
        await moveName(folder, source.name, into, target.name);
        return holding(holdWithin(into, target.name), async ({ stats }) => presentEntry(target.parts, stats));
      }),
    );
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EINVAL') {
      throw new HttpError('bad_request', { message: 'A folder cannot be moved into itself.', cause: error });
    }
    throw explained(error);
  }
}
